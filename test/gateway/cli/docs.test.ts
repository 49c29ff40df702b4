import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../../src-gateway/cli/cli-error.ts";
import { readTree } from "../../../src-gateway/cli/completion.ts";
import { buildProgram } from "../../../src-gateway/cli/program.ts";

const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
const nowhere = { write: () => true };
const program: Command = buildProgram({
  env: {},
  cwd: "/",
  homeDir: "/",
  stdout: nowhere,
  stderr: nowhere,
  openOffline: () => Promise.reject(new Error("not here")),
  openStorage: () => Promise.reject(new Error("not here")),
});
const { words } = readTree(program);

describe("docs/cli.md", () => {
  it("names every command that does something", () => {
    const paths = [...words.keys()].filter((path) => ![...words.keys()].some((other) => other.startsWith(`${path} `)));
    expect(paths.length).toBeGreaterThan(12);
    expect(paths.filter((path) => path !== "" && !page.includes(`\`gateway ${path}`))).toEqual([]);
  });

  it("names no command that there is not", () => {
    const named = [...page.matchAll(/^\| `gateway ([a-z][a-z-]*(?: [a-z][a-z-]*)*)/gm)].map(([, path = ""]) => path);
    expect(named.filter((path) => !words.has(path))).toEqual([]);
  });

  it("names every option", () => {
    const options = new Set([...words.values()].flat().filter((word) => word.startsWith("--")));
    expect([...options].filter((option) => !new RegExp(`\`(?:[^\`\\n]* )?${option}\\b`).test(page))).toEqual([]);
  });

  it("names every exit code", () => {
    for (const code of Object.values(EXIT)) expect(page).toMatch(new RegExp(`^\\| ${code} \\| \\w`, "m"));
  });
});
