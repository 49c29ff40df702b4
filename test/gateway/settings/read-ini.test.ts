import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIni } from "../../../src-gateway/settings/read-ini.ts";

const valuesOf = (text: string): Record<string, string> =>
  Object.fromEntries(readIni(text).values.map(({ key, value }) => [key, value]));

describe("an INI file", () => {
  it("gives each value with its line, whatever section it stands in", () => {
    const file = readIni("# first\n[server]\nhost = ::1\n\n[other]\nFacade_Port=1\n");
    expect(file).toEqual({
      values: [
        { key: "host", value: "::1", line: 3 },
        { key: "facade_port", value: "1", line: 6 },
      ],
      problems: [],
    });
  });

  it("may be written on Windows: a byte order mark and CRLF change nothing", () => {
    expect(readIni("\ufeffa=1\r\nb=2\r\n").values).toEqual([
      { key: "a", value: "1", line: 1 },
      { key: "b", value: "2", line: 2 },
    ]);
  });

  it.each([
    ["a = x # why", "x"],
    ["a = x ; why", "x"],
    ["a = x#1", "x#1"],
    ["a = p;w", "p;w"],
    ["a = # nothing", ""],
    ["a = #fff", ""],
    ["a =", ""],
    ['a = "x # y"', "x # y"],
    ['a = "x" # why', "x"],
    ["a = 'x ; y'", "x ; y"],
    ['a = "open', '"open'],
    ['a = "x" y', '"x" y'],
    ["a = b=c", "b=c"],
    ["a=postgres://u:p#w@h/d?x=1", "postgres://u:p#w@h/d?x=1"],
  ])("reads %j as %j", (line, value) => {
    expect(valuesOf(line)).toEqual({ a: value });
  });

  it("says which line is none, without repeating it", () => {
    const file = readIni("a=1\nsk-live-secret\n=x\n[open");
    expect(file.problems.map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(JSON.stringify(file.problems)).not.toContain("secret");
  });

  it("keeps both values of a key that stands twice, in order", () => {
    expect(readIni("a=1\nA=2").values.map(({ value }) => value)).toEqual(["1", "2"]);
  });

  it("never makes the reader throw, and places everything on a line that exists", () => {
    const line = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[[\]=#;"' \tab\r\ufeff]*$/));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join("\n");
        const { values, problems } = readIni(text);
        const count = text.split(/\r\n|\n|\r/).length;
        for (const each of [...values, ...problems]) expect(each.line >= 1 && each.line <= count).toBe(true);
        for (const { key } of values) expect(key).toBe(key.toLowerCase());
      }),
    );
  });

  it("gives back every plain value that is written into it", () => {
    const plain = fc.stringMatching(/^[\w./:@=-]+( [\w./:@=-]+)*$/);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_]+$/), plain, fc.constantFrom("", '"', "'"), (key, value, quote) => {
        expect(valuesOf(`${key} = ${quote}${value}${quote}  # note`)).toEqual({ [key]: value });
      }),
    );
  });
});
