import fc from "fast-check";
import { expect, it } from "vitest";
import {
  copyPieces,
  type HeardFrame,
  type PieceFrame,
  pieceFrame,
} from "../../../src-gateway/protocols/piece-frame.ts";

const NOTHING = Buffer.alloc(0);
const FRESH = { take: (size: number): Buffer => Buffer.alloc(size) };
const PLAIN: HeardFrame = { ...pieceFrame(Buffer.from('data: {"t":"'), Buffer.from('"}\n\n')), last: NOTHING };
const PADDED: HeardFrame = {
  ...pieceFrame(Buffer.from('data: {"t":"'), Buffer.from('","p":"')),
  last: Buffer.from('"}\n\n'),
};
const LONG = pieceFrame(
  Buffer.from(`event: piece\ndata: {"type":"${"piece".repeat(20)}","text":"`),
  Buffer.from('"}}\n\n'),
);
const SHORT = pieceFrame(Buffer.from('"'), Buffer.from('"'));

const framed = (text: Buffer | string, { before, after }: PieceFrame = PLAIN): Buffer =>
  Buffer.concat([before, Buffer.from(text), after]);
const copied = (frames: readonly (Buffer | string)[], from = PLAIN, to = LONG) =>
  copyPieces(Buffer.concat(frames.map((frame) => Buffer.from(frame))), 0, from, to, FRESH);

/** What a text is for a client when its frame is parsed and written anew; null where it is no text. */
function retold(spelled: Buffer): Buffer | null {
  try {
    const text: unknown = JSON.parse(`"${spelled.toString()}"`);
    return typeof text === "string" ? Buffer.from(JSON.stringify(text).slice(1, -1)) : null;
  } catch {
    return null;
  }
}

const spelling = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }).map((text) => Buffer.from(JSON.stringify(text).slice(1, -1))),
  fc.string({ maxLength: 8 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      "",
      '\\"',
      "\\\\",
      "\\/",
      "\\n",
      "\\u0041",
      "\\u001f",
      "\\ud800",
      "\\x",
      "\\",
      '"',
      "\n",
      "\ufffd",
      "é漢😀",
      "\u007f\u2028",
      'word"}\n\ndata: {"t":"word',
    )
    .map((text) => Buffer.from(text)),
);

it("says nothing that parsing each frame would not say, in the same bytes", () => {
  fc.assert(
    fc.property(fc.array(spelling, { maxLength: 6 }), fc.constantFrom(LONG, SHORT), (texts, to) => {
      const bytes = Buffer.concat(texts.map((text) => framed(text)));
      const found = copyPieces(bytes, 0, PLAIN, to, FRESH);
      const expected: Buffer[] = [];
      let end = 0;
      while (end < (found?.end ?? 0)) {
        const text = bytes.subarray(end + PLAIN.before.length, bytes.indexOf(PLAIN.after, end + PLAIN.before.length));
        const again = retold(text);
        expect(again).not.toBeNull();
        if (again !== null && again.length > 0) expected.push(framed(again, to));
        end += PLAIN.before.length + text.length + PLAIN.after.length;
      }
      expect(end).toBe(found?.end ?? 0);
      expect(found?.frames ?? NOTHING).toEqual(Buffer.concat(expected));
      // What servers send mostly is copied.
      const first = texts[0];
      const isUsual =
        first !== undefined && !/\ufffd|\\u/.test(first.toString()) && retold(first)?.equals(first) === true;
      expect(found !== null || !isUsual).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it("copies the frames one behind another, and stops where one says more", () => {
  const frames = [framed("one"), framed(" two\\n"), framed("漢"), 'data: {"t":"end","u":1}\n\n', framed("three")];
  const found = copied(frames);
  expect(found?.frames).toEqual(Buffer.concat(["one", " two\\n", "漢"].map((text) => framed(text, LONG))));
  expect(found?.end).toBe(Buffer.concat(frames.slice(0, 3).map((frame) => Buffer.from(frame))).length);
});

it("takes a piece without a text for a frame, and writes none for it", () => {
  expect(copied([framed("")])).toEqual({ frames: NOTHING, end: framed("").length });
  expect(copied([framed(""), framed("one"), framed("")])?.frames).toEqual(framed("one", LONG));
});

it("leaves a frame whose end has not come", () => {
  const two = Buffer.concat([framed("one"), framed("two")]);
  for (let length = framed("one").length; length < two.length; length++) {
    expect(copyPieces(two.subarray(0, length), 0, PLAIN, LONG, FRESH)?.end).toBe(framed("one").length);
  }
  for (let length = 0; length < framed("one").length; length++)
    expect(copyPieces(two.subarray(0, length), 0, PLAIN, LONG, FRESH)).toBeNull();
});

it("leaves to others what it would have to spell in another way", () => {
  for (const text of ["\\u0041", "\\/", "\\ud83d\\ude00", "\\x", Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80])])
    expect(copied([framed(text)])).toBeNull();
});

it("looks over padding, and over nothing else", () => {
  const padded = (text: string, padding: string): string => `data: {"t":"${text}","p":"${padding}"}\n\n`;
  const found = copied([padded("one", "xyz"), padded("two", ""), padded("three", "äö")], PADDED);
  expect(found?.frames).toEqual(Buffer.concat(["one", "two", "three"].map((text) => framed(text, LONG))));
  for (const other of [
    padded("one", '\\"'),
    padded("one", 'x","u":"1'),
    padded("one", "\n"),
    'data: {"t":"one","p":"x',
  ])
    expect(copied([other], PADDED)).toBeNull();
});
