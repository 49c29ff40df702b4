import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GENERATED, listFiles, projectRoot, readProjectFile, SOURCE_FOLDERS } from "./project-files.ts";

const files = listFiles(...SOURCE_FOLDERS, "config", "test", "docs");

/** Names that say nothing: whatever is put into such a folder has a better home. */
const EMPTY_NAMES = ["utils", "util", "helpers", "helper", "common", "services", "managers", "core", "misc", "shared"];

const TOP_LEVEL = [
  ".ci",
  ".editorconfig",
  ".gitattributes",
  ".github",
  ".gitignore",
  ".npmrc",
  "LICENSE",
  "README.md",
  "assets",
  "config",
  "deploy",
  "docs",
  "electron-builder.yml",
  "package-lock.json",
  "package.json",
  "src-gateway",
  "src-main",
  "src-renderer",
  "test",
  "tsconfig.json",
];

describe("names", () => {
  it("of files and folders are kebab-case", () => {
    const kebab = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
    const isFine = (name: string): boolean => kebab.test(name) || name === "README.md";
    const code = files.filter((path) => !path.startsWith("test/fixtures/"));
    expect(code.filter((path) => !path.split("/").every(isFine))).toEqual([]);
  });

  it("of folders say what is inside", () => {
    const folders = files.filter((path) =>
      path
        .split("/")
        .slice(0, -1)
        .some((name) => EMPTY_NAMES.includes(name)),
    );
    expect(folders).toEqual([]);
  });

  it("at the top level are the known ones", () => {
    const found = readdirSync(projectRoot).filter(
      (name) => !GENERATED.includes(name) && !/\.log$|^\.DS_Store$/.test(name),
    );
    expect(found.filter((name) => !TOP_LEVEL.includes(name))).toEqual([]);
    expect(["LICENSE", "README.md", "package.json", ".ci"].filter((name) => !found.includes(name))).toEqual([]);
  });
});

describe("the folders of src-gateway", () => {
  const root = join(projectRoot, "src-gateway");
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && listFiles(`src-gateway/${entry.name}`).length > 0)
    .map(({ name }) => name);

  it("each stand in the map of src-gateway/README.md", () => {
    const map = readProjectFile("src-gateway/README.md").text;
    expect(folders.filter((name) => !map.includes(`\`${name}/\``))).toEqual([]);
  });

  it("each have a file that opens with what the folder is for", () => {
    const opening = /^(?:#![^\n]*\n)?(?:\/\*\*[\s\S]{60,}?\*\/|(?:\/\/[^\n]*\n)+)/;
    const silent = folders.filter((name) => {
      const texts = listFiles(`src-gateway/${name}`).filter((path) => path.endsWith(".ts"));
      return !texts.some((path) => opening.test(readProjectFile(path).text));
    });
    expect(silent).toEqual([]);
  });

  it("of one wire each have the same files: what two of them have, all have", () => {
    const byWire = new Map<string, string[]>();
    for (const path of listFiles("src-gateway/protocols")) {
      const [wire = "", ...rest] = path.split("/").slice(2);
      // Framing is shared by the wires, and is none.
      if (rest.length > 0 && wire !== "sse") byWire.set(wire, [...(byWire.get(wire) ?? []), rest.join("/")]);
    }
    const all = [...byWire.values()].flat();
    const shared = new Set(all.filter((name, index) => all.indexOf(name) !== index));
    const missing = [...byWire].flatMap(([wire, names]) =>
      [...shared].filter((name) => !names.includes(name)).map((name) => `src-gateway/protocols/${wire}/${name}`),
    );
    expect(byWire.size).toBeGreaterThan(1);
    expect(shared.size).toBeGreaterThan(2);
    expect(missing).toEqual([]);
  });
});
