import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeAll(async () => {
  home = newHome();
  await home.run(["admin", "users", "create", "--email", "ann@example.com", "--name", "=cmd()"]);
  await home.run(["admin", "users", "suspend", "ann@example.com"]);
});
afterAll(() => home.remove());

describe("gateway admin audit", () => {
  it("lists what was done, the newest first, by whom", async () => {
    const { code, out } = await home.run(["admin", "audit", "list", "-o", "json"]);
    expect(code).toBe(0);
    const acts = JSON.parse(out) as { action: string; actor: { via: string } }[];
    expect(acts.length).toBeGreaterThanOrEqual(2);
    expect(new Set(acts.map(({ actor }) => actor.via))).toEqual(new Set(["local"]));
    const last = await home.run(["admin", "audit", "list", "-n", "1", "-o", "json"]);
    expect(JSON.parse(last.out)).toEqual(acts.slice(0, 1));
    const none = await home.run(["admin", "audit", "list", "--action", "config.*"]);
    expect(none.out).toContain("No act");
  });

  it("exports to a file, in which no name is a formula", async () => {
    const file = join(home.path, "acts.csv");
    expect(await home.run(["admin", "audit", "export", "--file", file])).toMatchObject({ code: 0 });
    const [head, ...rows] = readFileSync(file, "utf8").trimEnd().split("\r\n");
    expect(head).toMatch(/^id,time,action,target_kind/);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(rows.join("\n")).not.toMatch(/(?:^|,)=cmd/m);
    const lines = await home.run(["admin", "audit", "export", "--format", "jsonl"]);
    expect(
      lines.out
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: number }).id)[0],
    ).toBe(1);
  });

  it("verifies the chain", async () => {
    const { code, out } = await home.run(["admin", "audit", "verify"]);
    expect(code).toBe(0);
    expect(out).toMatch(/acts, all as they were written\. Head: [0-9a-f]{64}/);
  });
});
