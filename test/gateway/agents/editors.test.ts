import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editText, undoText } from "../../../src-gateway/agents/edit-text.ts";
import { editorOf } from "../../../src-gateway/agents/editors/editor-of.ts";
import { UnreadableText } from "../../../src-gateway/agents/editors/types.ts";
import { isSame, type Json, valueAt, withoutValue, withValue } from "../../../src-gateway/agents/json.ts";
import type { DesiredEdit, FileFormat } from "../../../src-gateway/agents/types.ts";
import { BROKEN, UGLY } from "../../support/agents/ugly-files.ts";

/** What agents are given, by notation. */
const EDITS: Record<Exclude<FileFormat, "block">, DesiredEdit[]> = {
  json: [
    { path: ["env", "URL"], value: "http://127.0.0.1:1" },
    { path: ["env", "TOKEN"], value: "t", isSecret: true },
    { path: ["theme"], value: "ours" },
    { path: ["list of ours", { field: "id", is: "x" }], value: { id: "x", n: [1, { a: null }] } },
    { path: ["deep", "er", "and", "deeper"], value: false },
    { path: ["x"] },
  ],
  toml: [
    { path: ["model_provider"], value: "tokligence" },
    { path: ["model_providers", "tokligence", "name"], value: 'a "name" \\ #' },
    { path: ["model_providers", "tokligence", "on"], value: true },
    { path: ["models", "a/b.c", "size"], value: 12 },
    { path: ["model"] },
  ],
  yaml: [
    { path: ["openai-api-base"], value: "http://127.0.0.1:1/v1" },
    { path: ["models", { field: "name", is: "Ours" }], value: { name: "Ours", roles: ["chat"], on: true } },
    { path: ["name"], value: "yes: #no" },
  ],
  dotenv: [{ path: ["URL"], value: "http://127.0.0.1:1/?a=b#c" }, { path: ["A"], value: "two words" }, { path: ["B"] }],
};

const formats = Object.keys(EDITS) as (keyof typeof EDITS)[];
const without = (text: string): string => text.replace(/^\ufeff/, "");

/** In YAML, a list of which nothing is left is not told from a value that was never given. */
const listed = (value: Json): Json => (valueAt(value, ["models"]) === null ? withValue(value, ["models"], []) : value);

/** Every character of a text stands in another one, in the same order. */
function isKeptWithin(text: string, within: string): boolean {
  let at = 0;
  for (const character of within) if (text.startsWith(character, at)) at += character.length;
  return at === text.length;
}

/** Null where it was refused; anything else that goes wrong fails the test. */
function orRefused<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnreadableText) return null;
    throw error;
  }
}

describe.each(formats)("%s", (format) => {
  const edits = EDITS[format];
  const editor = editorOf(format);

  it("says what it should, and nothing else changes, whichever of the keys are set", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(UGLY[format])), fc.subarray(edits), (text, some) => {
        const before = editor.parse(without(text));
        // A file may have something else where a table should be: refused, never bent.
        const edited = orRefused(() => editText(without(text), format, some));
        if (edited === null) return;
        const after = editor.parse(edited.text);
        let [was, is] = [before, after];
        for (const { path, value } of some) {
          expect(valueAt(after, path)).toEqual(value);
          was = withoutValue(was, path.slice(0, 1));
          is = withoutValue(is, path.slice(0, 1));
        }
        expect(isSame(was, is)).toBe(true);
      }),
    );
  });

  it("only adds, where nothing of ours is there yet", () => {
    for (const [name, text] of Object.entries(UGLY[format])) {
      const original = without(text);
      const before = editor.parse(original);
      const added = edits.filter(
        ({ path, value }) => value !== undefined && valueAt(before, path.slice(0, 1)) === undefined,
      );
      const { text: grown } = editText(original, format, added);
      expect(isKeptWithin(original.replace(/\s/g, ""), grown), `of ${name}`).toBe(true);
      // What stands between the lines stays too, but for the inside of braces that were empty.
      const isHollow = /^\s*(?:\{\s*\})?\s*$/.test(original);
      expect(isHollow || isKeptWithin(original, grown), `of ${name}`).toBe(true);
    }
  });

  it("is taken back key by key from a text that says something new", () => {
    const [addition, key]: [DesiredEdit, string] = [{ path: ["added_later"], value: "theirs" }, "added_later"];
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(UGLY[format])), fc.subarray(edits), (text, some) => {
        const original = without(text);
        const edited = orRefused(() => editText(original, format, some));
        const later = edited && orRefused(() => editText(edited.text, format, [addition]).text);
        if (edited === null || later === null) return;
        const undone = undoText(later, format, original, edited.keys);
        const value = editor.parse(undone.text);
        expect(valueAt(value, [key])).toBe("theirs");
        const stuck = undone.left.filter(({ why }) => why === "stuck");
        // Two members of one name: the one that was hidden shows again when the other one is removed.
        if (stuck.length > 0) return;
        expect(isSame(listed(withoutValue(value, [key])), listed(editor.parse(original)))).toBe(true);
      }),
    );
  });

  it("refuses what is no such text", () => {
    for (const text of BROKEN[format])
      expect(() => editText(text, format, edits), `of ${text}`).toThrow(UnreadableText);
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const edited = orRefused(() => editText(text, format, edits).text);
        expect(edited === null || isSame(editor.parse(edited), editor.parse(edited))).toBe(true);
      }),
    );
  });

  it("takes files of many thousands of lines", () => {
    const line: Record<typeof format, (n: number) => string> = {
      json: (n) => `  "key ${n}": {"a": [${n}, "${"x".repeat(20)}"]}`,
      toml: (n) => `[table${n}]\nkey = "value ${n}" # note`,
      yaml: (n) => `key${n}:\n  - a: ${n} # note`,
      dotenv: (n) => `KEY_${n}="value ${n}"`,
    };
    const lines = Array.from({ length: 5_000 }, (_, n) => line[format](n));
    const text = format === "json" ? `{\n${lines.join(",\n")}\n}\n` : `${lines.join("\n")}\n`;
    const edited = editText(text, format, edits.slice(0, 3));
    expect(edited.text.length).toBeGreaterThan(text.length);
    expect(undoText(edited.text, format, text, edited.keys)).toEqual({ text, left: [] });
  });
});

describe("the marked block of a script", () => {
  it("is the only thing that changes", () => {
    for (const text of Object.values(UGLY.block)) {
      const edited = editText(without(text), "block", [{ path: ["block"], value: "one\ntwo" }]);
      expect(edited.text.startsWith(without(text))).toBe(true);
      expect(undoText(edited.text, "block", without(text), edited.keys).text.trimEnd()).toBe(without(text).trimEnd());
    }
  });
});
