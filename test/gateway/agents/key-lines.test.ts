import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findKeyLines, putBack, takeOut } from "../../../src-gateway/agents/key-lines.ts";
import { keyInLine } from "../../../src-gateway/transfer/found-keys.ts";

const isWindows = process.platform === "win32";
const KEY = "sk-planted-0123456789abcdef";
const secrets = new Map([[KEY, "openai"]]);
const find = (text: string, isScript = false) => findKeyLines(text, { read: keyInLine, secrets, isScript });

const line = fc.oneof(
  fc.constantFrom(
    `OPENAI_API_KEY=${KEY}`,
    `export OPENAI_API_KEY="${KEY}" # mine`,
    `\t  export OPENAI_API_KEY='${KEY}';`,
    `set -gx OPENAI_API_KEY ${KEY}`,
    `openai-api-key: ${KEY}`,
    `A=1; export OPENAI_API_KEY=${KEY}`,
    `OPENAI_API_KEY=${KEY} node run.js`,
    "export PATH=$PATH:/opt \\",
    "# OPENAI_API_KEY=",
    "if true; then",
    "fi",
    "",
  ),
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", "")),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"), fc.boolean())
  .map(([lines, end, hasEnd]) => lines.join(end) + (hasEnd ? end : ""));

describe("lines with a key", () => {
  it("are put back byte for byte, and no key is left in what is remembered", () => {
    fc.assert(
      fc.property(text, fc.boolean(), (before, isScript) => {
        const { found, left } = find(before, isScript);
        const after = takeOut(before, found);
        expect(JSON.stringify([found, left])).not.toContain("planted");
        expect(find(after, isScript).found).toEqual([]);
        expect(putBack(after, found, () => KEY)).toEqual({ text: before, gone: [] });
      }),
    );
  });

  it("are put back among lines that somebody wrote since, and left where ours was changed", () => {
    const { found } = find(`A=1\nOPENAI_API_KEY=${KEY}\n`);
    const after = takeOut(`A=1\nOPENAI_API_KEY=${KEY}\n`, found);
    expect(putBack(`NEW=1\n${after}MORE=2\n`, found, () => KEY).text).toBe(
      `NEW=1\nA=1\nOPENAI_API_KEY=${KEY}\nMORE=2\n`,
    );
    const edited = after.replace("# OPENAI", "# my OPENAI");
    expect(putBack(edited, found, () => KEY)).toEqual({
      text: edited,
      gone: [expect.objectContaining({ variable: "OPENAI_API_KEY", secret: "openai" })],
    });
  });

  it.each([
    `A=1; export OPENAI_API_KEY=${KEY}`,
    `OPENAI_API_KEY=${KEY} node run.js`,
    `- OPENAI_API_KEY=${KEY}`,
    `export A=1 \\\n  OPENAI_API_KEY=${KEY}`,
  ])("are left to a person where they hold more: %s", (before) => {
    expect(find(before).found).toEqual([]);
    expect(find(before).left).toHaveLength(1);
  });

  it.skipIf(isWindows)("leave a shell's file readable for it (needs a POSIX shell)", () => {
    const before = `if true; then\n  export OPENAI_API_KEY=${KEY}\nfi\necho "$OPENAI_API_KEY read"\n`;
    const run = spawnSync("sh", ["-c", takeOut(before, find(before, true).found)], { encoding: "utf8", env: {} });
    expect([run.stdout, run.stderr]).toEqual([" read\n", ""]);
  });
});
