import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readImageSize } from "../../../src-gateway/token-count/image-size.ts";
import { GIF, JPEG, PNG, WEBP } from "./pictures.ts";

const sizeOf = (bytes: Buffer) => readImageSize(bytes.toString("base64"));

describe("the size of a picture", () => {
  it.each([
    ["PNG", PNG(1280, 720)],
    ["GIF", GIF(1280, 720)],
    ["JPEG", JPEG(1280, 720)],
    ["progressive JPEG", JPEG(1280, 720, { marker: 0xc2 })],
    ["JPEG with the notes of a camera", JPEG(1280, 720, { notesBytes: 60_000 })],
    ["lossy WebP", WEBP("VP8 ", 1280, 720)],
    ["lossless WebP", WEBP("VP8L", 1280, 720)],
    ["extended WebP", WEBP("VP8X", 1280, 720)],
  ])("is read from a %s", (_name, bytes) => {
    expect(sizeOf(bytes)).toEqual({ width: 1280, height: 720 });
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a PNG that ends early", PNG(1, 1).subarray(0, 20)],
    ["a JPEG that ends before its frame", JPEG(5, 5, { notesBytes: 100 }).subarray(0, 50)],
    ["a JPEG with junk between its segments", Buffer.concat([Buffer.from([0xff, 0xd8, 1, 2, 3, 4]), Buffer.alloc(40)])],
    ["a picture without width", PNG(0, 10)],
    ["a WebP of an unknown kind", WEBP("ALPH", 10, 10)],
    ["a document", Buffer.from("%PDF-1.7 and so on, for long enough")],
  ])("is unknown for %s", (_name, bytes) => {
    expect(sizeOf(bytes)).toBeNull();
  });

  it("is looked for in any bytes without falling over", () => {
    const starts = fc.constantFrom(PNG(1, 1), GIF(1, 1), JPEG(1, 1), WEBP("VP8L", 1, 1), Buffer.alloc(0));
    fc.assert(
      fc.property(starts, fc.nat(40), fc.uint8Array({ maxLength: 80 }), (start, kept, rest) => {
        const size = sizeOf(Buffer.concat([start.subarray(0, kept), rest]));
        expect(size === null || (size.width > 0 && size.height > 0)).toBe(true);
      }),
    );
  });
});
