import { describe, expect, it } from "vitest";
import { forbiddenImports, strayPackages, worldlyImports } from "./check-imports.ts";
import { IMPORT_RULES, PACKAGE_HOMES } from "./import-rules.ts";
import { type ProjectFile, readCode, SOURCE_FOLDERS } from "./project-files.ts";
import { readModule } from "./read-imports.ts";

const sources = readCode(...SOURCE_FOLDERS);

/** Folders that the console loads into a browser. */
const RUNS_ANYWHERE = ["src-gateway/ir/", "src-gateway/protocols/", "src-gateway/admin-api/contract/"];

/** They hand `process.env` to settings/, and look at nothing in it. */
const MAY_READ_ENVIRONMENT = ["src-gateway/settings/", "src-gateway/bin/", "src-gateway/daemon.ts"];

describe("imports", () => {
  it("there is source to look at", () => {
    expect(sources.length).toBeGreaterThan(30);
  });

  it("keep to the layers", () => {
    expect(forbiddenImports(sources, IMPORT_RULES)).toEqual([]);
  });

  it("leave each package in its home", () => {
    expect(strayPackages(sources, PACKAGE_HOMES)).toEqual([]);
  });

  it("of what runs in a browser reach no Node module, over any number of files", () => {
    expect(worldlyImports(sources, RUNS_ANYWHERE, ["npm:zod"])).toEqual([]);
  });

  it("of the environment stay in settings/, which merges, checks and documents every name", () => {
    const readers = sources.filter((file) => readModule(file).readsEnvironment).map(({ path }) => path);
    expect(readers.filter((path) => !MAY_READ_ENVIRONMENT.some((allowed) => path.startsWith(allowed)))).toEqual([]);
  });

  it("are named: no module has a default export, which every importer would call something else", () => {
    expect(sources.filter((file) => readModule(file).hasDefaultExport).map(({ path }) => path)).toEqual([]);
  });
});

describe("the import checker", () => {
  const planted = (path: string, text: string): ProjectFile[] => [{ path, text }];
  const check = (path: string, text: string): string => forbiddenImports(planted(path, text), IMPORT_RULES).join("\n");

  it.each([
    [
      "a Node module in a wire",
      "src-gateway/protocols/x/request.ts",
      'import { readFileSync } from "node:fs";',
      "a wire is pure",
    ],
    [
      "another part",
      "src-gateway/ledger/x.ts",
      'import { plan } from "../routing/plan.ts";',
      "parts do not know each other",
    ],
    [
      "another part's types file, for a value",
      "src-gateway/ledger/x.ts",
      'import { a } from "../auth/types.ts";',
      "parts do not",
    ],
    [
      "an upward import",
      "src-gateway/store/x.ts",
      'import type { A } from "../compose/parts.ts";',
      "knowledge answers questions",
    ],
    ["a late import", "src-gateway/exchange/x.ts", 'const a = await import("../store/open.ts");', "handed everything"],
    ["an imported type", "src-gateway/ir/x.ts", 'export type A = import("../store/open.ts").A;', "the vocabulary"],
    ["a passed-on export", "src-gateway/lib/x.ts", 'export * from "../ir/errors.ts";', "lib/ knows no word"],
    ["a required module", "src-gateway/cli/x.ts", 'const a = require("../server/x.ts");', "is a client"],
    ["a socket in an exchange", "src-gateway/exchange/x.ts", 'import http from "node:http";', "could not be replayed"],
    [
      "Electron in the gateway",
      "src-gateway/agents/x.ts",
      'import { app } from "electron";',
      "must not need a desktop",
    ],
    [
      "the gateway's inside in the shell",
      "src-main/x.ts",
      'import { a } from "../src-gateway/compose/parts.ts";',
      "the only way in",
    ],
    [
      "the gateway's inside in the console",
      "src-renderer/a/x.tsx",
      'import "../../src-gateway/lib/ids.ts";',
      "in a browser",
    ],
  ])("catches %s", (_, path, text, reason) => {
    expect(check(path, text)).toContain(reason);
  });

  it.each([
    ["the types that another part shows", "src-gateway/ledger/x.ts", 'import type { A } from "../auth/types.ts";'],
    ["the vocabulary", "src-gateway/ledger/x.ts", 'import { a } from "../ir/errors.ts";'],
    [
      "text that only looks like an import",
      "src-gateway/ir/x.ts",
      'const a = `import x from "node:fs"`; // import "node:fs"',
    ],
  ])("allows %s", (_, path, text) => {
    expect(check(path, text)).toBe("");
  });

  it("catches a package outside its home, but not its types", () => {
    const stray = strayPackages(planted("src-gateway/server/x.ts", 'import { request } from "undici";'), PACKAGE_HOMES);
    expect(stray).toHaveLength(1);
    expect(stray[0]).toContain("upstream/ is the only folder");
    expect(
      strayPackages(planted("src-gateway/server/x.ts", 'import type { Agent } from "undici";'), PACKAGE_HOMES),
    ).toEqual([]);
  });

  it("names the chain from a pure folder to a Node module", () => {
    const files = [
      ...planted("src-gateway/ir/a.ts", 'import { b } from "../lib/b.ts";'),
      ...planted("src-gateway/lib/b.ts", 'import { c } from "./c.ts"; import type { D } from "node:fs";'),
      ...planted("src-gateway/lib/c.ts", 'import { randomBytes } from "node:crypto";'),
    ];
    expect(worldlyImports(files, RUNS_ANYWHERE, [])).toEqual([
      "src-gateway/ir/a.ts → src-gateway/lib/b.ts → src-gateway/lib/c.ts → node:crypto",
    ]);
  });

  it("sees the environment and default exports", () => {
    const facts = readModule({ path: "a.ts", text: 'export default 1; const a = process.env["A"];' });
    expect(facts).toMatchObject({ hasDefaultExport: true, readsEnvironment: true });
  });
});
