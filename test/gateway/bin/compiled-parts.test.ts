import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const CODE = join(import.meta.dirname, "../../../src-gateway/bin/compiled-parts.ts");

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compiled-parts-"));
  root = join(folder, "program");
  mkdirSync(root);
  writeFileSync(join(root, "other.cjs"), "exports.name = 'other';");
  writePart("first");
  writeFileSync(
    join(root, "main.cjs"),
    `const { CompiledParts } = require(${JSON.stringify(CODE)});
     const parts = new CompiledParts(${JSON.stringify(join(folder, "kept"))}, __dirname);
     parts.install();
     require("./part.cjs").callLater().then((said) => {
       parts.write();
       process.stdout.write(said);
     });`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writePart(word: string): void {
  writeFileSync(
    join(root, "part.cjs"),
    `function calledAtTheStart() { return ${JSON.stringify(word)}; }
     async function callLater() {
       const { name } = require("./other.cjs");
       const { sep } = await import("node:path");
       return [calledAtTheStart(), name, sep, __filename === module.filename, require.main.filename === module.parent.filename].join(" ");
     }
     module.exports = { callLater };`,
  );
}

/** What the program says, and whether the engine compiled the function that it calls. */
function start(): { said: string; compiled: boolean } {
  const log = join(folder, "functions.log");
  rmSync(log, { force: true });
  const flags = [
    "--log-function-events",
    "--no-logfile-per-isolate",
    `--logfile=${log}`,
    "--disable-warning=ExperimentalWarning",
  ];
  const said = execFileSync(process.execPath, [...flags, join(root, "main.cjs")], { encoding: "utf8" });
  return { said, compiled: /^function,full-parse,.*,calledAtTheStart$/m.test(readFileSync(log, "utf8")) };
}

const SAID = "other / true true";
const kept = (): string[] => readdirSync(join(folder, "kept"));

describe("what was compiled of a program", () => {
  it("is there for the next start, with the functions that were called only later", () => {
    expect(start()).toEqual({ said: `first ${SAID}`, compiled: true });
    expect(kept()).toHaveLength(2);
    expect(start()).toEqual({ said: `first ${SAID}`, compiled: false });
  });

  it("may hold letters beyond ASCII, and be loaded from elsewhere by Node itself", () => {
    writeFileSync(join(folder, "outside.cjs"), "exports.name = `außerhalb ${require.extensions['.js'].length}`;");
    writeFileSync(join(root, "other.cjs"), "module.exports = require('../outside.cjs');");
    writePart("größer 😀");
    for (const compiled of [true, false])
      expect(start()).toEqual({ said: "größer 😀 außerhalb 2 / true true", compiled });
  });

  it("is not taken for another text of the same file", () => {
    start();
    writePart("other");
    expect(start()).toEqual({ said: `other ${SAID}`, compiled: true });
    expect(start()).toEqual({ said: `other ${SAID}`, compiled: false });
  });

  it.each([
    ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ["empty", () => Buffer.alloc(0)],
    ["something else", (bytes: Buffer) => Buffer.alloc(bytes.length, "x")],
    ["changed in one place", (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 400 ? byte ^ 1 : byte)))],
  ])("is made again where what was kept is %s", (_what, change) => {
    start();
    for (const name of kept())
      writeFileSync(join(folder, "kept", name), change(readFileSync(join(folder, "kept", name))));
    expect(start()).toEqual({ said: `first ${SAID}`, compiled: true });
    expect(start()).toEqual({ said: `first ${SAID}`, compiled: false });
  });

  it("can be read by nobody else, and its lack breaks nothing", () => {
    start();
    expect(statSync(join(folder, "kept")).mode & 0o077).toBe(0);
    for (const name of kept()) expect(statSync(join(folder, "kept", name)).mode & 0o077).toBe(0);
    rmSync(join(folder, "kept"), { recursive: true });
    writeFileSync(join(folder, "kept"), "a file, where a folder should be");
    expect(start()).toEqual({ said: `first ${SAID}`, compiled: true });
  });
});
