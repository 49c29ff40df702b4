import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSseSplitter } from "../../../src-gateway/protocols/sse/splitter.ts";

const split = (chunks: (Buffer | string)[]) => {
  const splitter = createSseSplitter();
  const frames = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string)));
  return { frames: [...frames, ...splitter.finish()], rest: splitter.rest() };
};
const texts = (chunks: (Buffer | string)[]) =>
  split(chunks).frames.map((frame) => [frame.event, frame.data?.toString() ?? null]);

describe("the splitter of server-sent events", () => {
  it.each([
    [
      "plain",
      "data: a\n\ndata: b\n\n",
      [
        [null, "a"],
        [null, "b"],
      ],
    ],
    ["no space", "data:a\n\n", [[null, "a"]]],
    ["two spaces", "data:  a\n\n", [[null, " a"]]],
    [
      "CRLF",
      "event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n",
      [
        ["x", "a"],
        [null, "b"],
      ],
    ],
    [
      "CR alone",
      "event: x\rdata: a\r\rdata: b\r\r",
      [
        ["x", "a"],
        [null, "b"],
      ],
    ],
    [
      "mixed line ends",
      "data: a\r\n\ndata: b\n\r\n",
      [
        [null, "a"],
        [null, "b"],
      ],
    ],
    ["several data lines", "data: a\ndata\ndata: b\n\n", [[null, "a\n\nb"]]],
    ["comments and unknown fields", ": hi\nid: 7\nretry: 1\ndata: a\ndatax: no\n\n", [[null, "a"]]],
    [
      "a comment alone",
      ": hi\n\ndata: a\n\n",
      [
        [null, null],
        [null, "a"],
      ],
    ],
    [
      "blank keep-alives",
      "\n\ndata: a\n\n\n",
      [
        [null, null],
        [null, null],
        [null, "a"],
        [null, null],
      ],
    ],
    ["a byte order mark", "\ufeffdata: a\n\n", [[null, "a"]]],
    [
      "no blank line at the end",
      "data: a\n\ndata: b",
      [
        [null, "a"],
        [null, "b"],
      ],
    ],
    [
      "one line end at the end",
      "data: a\n\ndata: b\n",
      [
        [null, "a"],
        [null, "b"],
      ],
    ],
  ])("reads %s", (_name, input, expected) => {
    expect(texts([input])).toEqual(expected);
    expect(texts([...Buffer.from(input)].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it("keeps bytes that close no frame and carry no data", () => {
    const { frames, rest } = split(["data: a\n\n: half a comm"]);
    expect(frames).toHaveLength(1);
    expect(rest.toString()).toBe(": half a comm");
  });

  it("gives the same frames however the bytes are cut, and loses none of them", () => {
    const piece = fc.constantFrom(
      "data: ",
      "data:",
      "event: ",
      "a",
      "😀",
      "\n",
      "\r",
      "\r\n",
      "\n\n",
      ": c",
      "x: y",
      "",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(""));
        const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const chunks = [0, ...at].map((from, n) => bytes.subarray(from, at[n] ?? bytes.length));
        const whole = split([bytes]);
        const parts = split(chunks);
        expect(parts).toEqual(whole);
        expect(Buffer.concat([...whole.frames.map((frame) => frame.raw), whole.rest]).equals(bytes)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses a frame that never ends", () => {
    const splitter = createSseSplitter({ maxFrameBytes: 100 });
    expect(() => splitter.push(Buffer.from(`data: ${"x".repeat(200)}`))).toThrow(/larger than 100/);
  });
});
