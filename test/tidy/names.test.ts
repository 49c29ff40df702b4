import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROVIDER_WIRES, WIRE_PROTOCOLS } from "../../src-gateway/ir/protocol.ts";
import { GENERATED, listFiles, projectRoot, readProjectFile, SOURCE_FOLDERS } from "./project-files.ts";

const files = listFiles(...SOURCE_FOLDERS, "config", "test", "docs");

/** Names that say nothing: whatever is put into such a folder has a better home. */
const EMPTY_NAMES = ["utils", "util", "helpers", "helper", "common", "services", "managers", "core", "misc", "shared"];

const TOP_LEVEL = [
  ".ci",
  ".dockerignore",
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

const PROVIDER_HALF = [
  "codec.ts",
  "decode-answer.ts",
  "encode-request.ts",
  "error.ts",
  "parts.ts",
  "stream-decoder.ts",
  "tools.ts",
];
const CLIENT_HALF = [
  "decode-request.ts",
  "encode-answer.ts",
  "index.ts",
  "request.ts",
  "response.ts",
  "stream-encoder.ts",
  "stream.ts",
];

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

  it("of one wire each have the same files, those that clients speak and those that only providers speak", () => {
    const missing = PROVIDER_WIRES.flatMap((wire) => {
      const names = new Set(listFiles(`src-gateway/protocols/${wire}`).map((path) => path.split("/").at(-1)));
      const isClients = (WIRE_PROTOCOLS as readonly string[]).includes(wire);
      const form = isClients ? [...PROVIDER_HALF, ...CLIENT_HALF] : PROVIDER_HALF;
      return form.filter((name) => !names.has(name)).map((name) => `src-gateway/protocols/${wire}/${name}`);
    });
    expect(missing).toEqual([]);
  });
});
