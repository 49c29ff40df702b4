/** What a release is made by: the list of its parts, and a workflow that can be read. It has not run here. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { makeSbom } from "../../config/tooling/make-sbom.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("the list of what the program is made of", () => {
  it("is CycloneDX, and names each package that is shipped or built in", { timeout: 60_000 }, () => {
    const sbom = JSON.parse(makeSbom()) as {
      bomFormat: string;
      components: { name: string; version: string; purl: string }[];
      metadata: { component: { name: string } };
    };
    expect(sbom.bomFormat).toBe("CycloneDX");
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    expect(sbom.components.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    for (const name of ["express", "undici", "pg", "ioredis", "react"])
      expect(sbom.components.find((each) => each.name === name)?.purl).toMatch(new RegExp(`^pkg:npm/${name}@\\d`));
  });
});

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, { needs?: string | string[]; uses?: string; steps?: { uses?: string; run?: string }[] }>;
}

describe.each(readdirSync(join(root, ".github/workflows")))("the workflow %s", (name) => {
  const document = parseDocument(readFileSync(join(root, ".github/workflows", name), "utf8"));
  const workflow = document.toJS() as Workflow;

  it("is YAML, may only read unless a job says more, and waits for jobs that there are", () => {
    expect(document.errors).toEqual([]);
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const { needs, uses } of Object.values(workflow.jobs)) {
      for (const other of [needs ?? []].flat()) expect(Object.keys(workflow.jobs)).toContain(other);
      expect(uses?.startsWith("./") !== true || existsSync(join(root, uses))).toBe(true);
    }
  });

  it("runs scripts that there are, and takes actions by their version", () => {
    for (const { steps = [] } of Object.values(workflow.jobs)) {
      for (const { uses, run = "" } of steps) {
        expect(uses ?? "none/none@v0").toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
        for (const [file] of run.matchAll(/(?:config\/tooling|\.ci)\/[\w.-]+/g))
          expect(existsSync(join(root, file))).toBe(true);
      }
    }
  });
});
