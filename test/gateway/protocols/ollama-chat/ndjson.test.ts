import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createNdjsonSplitter } from "../../../../src-gateway/protocols/ollama-chat/ndjson.ts";

const split = (chunks: (Buffer | string)[]) => {
  const splitter = createNdjsonSplitter();
  const frames = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string)));
  return { frames: [...frames, ...splitter.finish()], rest: splitter.rest() };
};
const lines = (chunks: (Buffer | string)[]) => split(chunks).frames.map(({ data }) => data?.toString() ?? null);

describe("the splitter of lines of JSON", () => {
  it.each([
    ["lines", '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ["carriage returns", '{"a":1}\r\n{"b":2}\r\n', ['{"a":1}', '{"b":2}']],
    ["no end of the last line", '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ["blank lines", '\n{"a":1}\n \r\n', [null, '{"a":1}', null]],
    ["nothing", "", []],
    ["blanks behind the end", '{"a":1}\n  ', ['{"a":1}']],
  ])("reads %s", (_, text, expected) => {
    expect(lines([text])).toEqual(expected);
  });

  it("finds the same lines wherever the bytes are cut, and loses none of them", () => {
    const bytes = readFileSync(new URL("../../../fixtures/ollama-chat/thinking-tools.ndjson", import.meta.url));
    const whole = lines([bytes]);
    expect(whole).toHaveLength(7);
    for (let at = 0; at <= bytes.length; at++) {
      expect(lines([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(lines(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it("keeps every byte of any input, in any pieces", () => {
    const text = fc.string({ unit: fc.constantFrom("\n", "\r", "{", "}", '"é"', " ", "x"), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (chunks) => {
        const { frames, rest } = split(chunks);
        expect(Buffer.concat([...frames.map(({ raw }) => raw), rest]).toString()).toBe(chunks.join(""));
        expect(lines(chunks).filter((line) => line !== null)).toEqual(
          chunks
            .join("")
            .split("\n")
            .map((line) => line.replaceAll(/^[ \r]+|[ \r]+$/g, ""))
            .filter((line) => line !== ""),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a line that never ends", () => {
    const splitter = createNdjsonSplitter({ maxFrameBytes: 10 });
    expect(splitter.push(Buffer.from("0123456789"))).toEqual([]);
    expect(() => splitter.push(Buffer.from("0"))).toThrow(RangeError);
  });
});
