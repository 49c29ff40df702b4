import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KnownHead } from "../../../../src-gateway/server/lane/known-head.ts";
import type { LaneHead } from "../../../../src-gateway/server/lane/lane-connection.ts";
import { readHead } from "../../../../src-gateway/server/lane/read-head.ts";

const headOf = (length: string, name = "Content-Length: "): string =>
  `POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n${name}${length}\r\nX-A: content-length: 7\r\n\r\n`;

/** As a connection understands it, whatever it knew before. */
function understood(text: string): LaneHead | null {
  const end = text.indexOf("\r\n\r\n") + 4;
  const head = end < 4 ? null : readHead(text.slice(0, end));
  const route = { kind: "inference" } as LaneHead["route"];
  return head && { ...head, address: null, route, headBytes: end };
}

function knowing(text: string): KnownHead {
  const head = understood(text);
  if (head === null) throw new Error("not a usual head");
  return new KnownHead(text, head);
}

const read = (known: KnownHead, text: string): LaneHead | null => known.read(Buffer.from(text, "latin1"));

describe("the head of a connection's last request", () => {
  it.each(["Content-Length: ", "content-length:"])("says of the next one what that says itself (%s)", (name) => {
    const known = knowing(headOf("12", name));
    for (const length of ["12", "0", "7", "123456789012"]) {
      const text = headOf(length, name);
      expect(read(known, `${text}{"a":1}`)).toEqual(understood(text));
    }
  });

  it.each([
    "",
    "+2",
    "02",
    "00",
    "2,2",
    "2 ",
    " 2",
    "0x2",
    "2.0",
    "1234567890123456",
    "2\r\nX-B: 1",
  ])('says nothing of one with a length of "%s"', (length) => {
    expect(read(knowing(headOf("12")), headOf(length))).toBeNull();
  });

  it("says nothing of one that is not all there", () => {
    const text = headOf("3456");
    for (let end = 0; end < text.length; end++) expect(read(knowing(headOf("12")), text.slice(0, end))).toBeNull();
  });

  it("says nothing that the next one does not say, whatever is changed in it", () => {
    const known = knowing(headOf("12"));
    const bytes = fc.constantFrom(..."0123456789\r\n :xX-,\0\xe9Cc".split(""));
    const change = fc.record({ at: fc.nat(110), drop: fc.nat(3), put: fc.array(bytes, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        let text = headOf("12");
        for (const { at, drop, put } of changes) text = text.slice(0, at) + put.join("") + text.slice(at + drop);
        expect([null, understood(text)]).toContainEqual(read(known, text));
      }),
      { numRuns: 5_000 },
    );
  });
});
