import { STATUS_CODES } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Closing, encodeAnswerHead } from "../../../../src-gateway/server/lane/answer-head.ts";

const FRAMING = ["connection", "transfer-encoding", "keep-alive", "trailer", "upgrade"];

/** Put together anew from all that is said, whatever was sent before. */
function plainly(status: number, headers: Record<string, string>, closing: Closing): string {
  const names = Object.keys(headers).filter((name) => !FRAMING.includes(name.toLowerCase()));
  const has = (wanted: string): boolean => names.some((name) => name.toLowerCase() === wanted);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "unknown"}`,
    ...(closing === "stopping" ? ["connection: close"] : []),
    ...names.map((name) => `${name}: ${headers[name]}`),
    ...(has("date") ? [] : ["Date: now"]),
    ...(closing === "client" ? ["Connection: close"] : []),
    ...(closing === "no" ? ["Connection: keep-alive", "Keep-Alive: timeout=65"] : []),
    ...(has("content-length") || status === 204 || status === 304 ? [] : ["Transfer-Encoding: chunked"]),
    "\r\n",
  ].join("\r\n");
}

const name = fc.constantFrom(
  "content-type",
  "Content-Type",
  "date",
  "x-request-id",
  "x-a",
  "__proto__",
  "constructor",
  "Keep-Alive",
  "UPGRADE",
);
const value = fc.oneof(fc.constantFrom("", "1", "2", "é", "a".repeat(300)), fc.string({ unit: "grapheme" }));
const headers = fc
  .dictionary(
    name,
    value.map((text) => text.replace(/[^\x20-\x7e\xa0-\xff]/g, "?")),
    { maxKeys: 5 },
  )
  .map((dictionary) => ({ ...dictionary }));
const length = fc.option(fc.constantFrom("0", "12", "0012", "999999999999999"));

describe("the head of an answer", () => {
  it("says the same whatever was sent before it", () => {
    const head = fc.record({
      status: fc.constantFrom(200, 204, 299, 304, 429, 999),
      headers,
      own: headers,
      requestId: fc.constantFrom("req_1", "req_2"),
      closing: fc.constantFrom<Closing>("no", "client", "stopping"),
      length,
    });
    fc.assert(
      fc.property(fc.array(head, { minLength: 1, maxLength: 4 }), (heads) => {
        for (const { status, requestId, closing, own, ...said } of heads) {
          const declared = said.length === null ? {} : { "content-length": said.length };
          const all = { ...said.headers, ...declared };
          const { text, framing } = encodeAnswerHead(status, all, own, requestId, closing);
          const expected = plainly(status, { ...all, ...own, "x-request-id": requestId }, closing);
          expect(text.replace(/\r\nDate: .*? GMT/, "\r\nDate: now")).toBe(expected);
          const bodyless = status === 204 || status === 304;
          expect(framing).toBe(bodyless ? "none" : said.length === null ? "chunked" : Number(said.length));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["", "-1", "1.0", "0x1", " 1", "1234567890123456"])('has no length of "%s"', (said) => {
    expect(() => encodeAnswerHead(200, { "content-length": said }, {}, "req_1", "no")).toThrow(/content-length/);
  });

  it.each([0, 100, 199, 1000, 200.5, Number.NaN])("has no status of %s", (status) => {
    expect(() => encodeAnswerHead(status, {}, {}, "req_1", "no")).toThrow(RangeError);
  });

  it("does not let a value out of its line, also of a header that was sent before", () => {
    expect(encodeAnswerHead(200, { "x-b": "1" }, {}, "req_1", "no").text).toContain("\r\nx-b: 1\r\n");
    for (let again = 0; again < 2; again++)
      expect(() => encodeAnswerHead(200, { "x-b": "1\r\nx-c: 2" }, {}, "req_1", "no")).toThrow(/Invalid character/);
  });
});
