import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventStreamSplitter } from "../../../../src-gateway/protocols/bedrock-converse/event-stream.ts";
import { eventFrame, exceptionFrame, frame } from "../../../support/aws-event-stream.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/bedrock-converse/${name}.eventstream`, import.meta.url));

const split = (chunks: Buffer[]) => {
  const splitter = createEventStreamSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.finish()];
};
const events = (chunks: Buffer[]) => split(chunks).map(({ event, data }) => [event, data?.toString() ?? null]);

describe("the splitter of AWS event streams", () => {
  it("reads what AWS's own encoder wrote", () => {
    const found = events([fixture("thinking-tools")]);
    const [start, d, stop] = ["contentBlockStart", "contentBlockDelta", "contentBlockStop"];
    expect(found.map(([event]) => event).join(" ")).toBe(
      `messageStart ${d} ${d} ${d} ${stop} ${d} ${stop} ${start} ${d} ${d} ${stop} ${start} ${stop} messageStop metadata`,
    );
    expect(JSON.parse(found[5]?.[1] ?? "")).toMatchObject({ delta: { text: "Ich sehe nach: Zürich ⛅" } });
  });

  it("names an exception, whatever other headers stand around it", () => {
    expect(events([fixture("throttled")]).at(-1)).toEqual([
      "exception:throttlingException",
      '{"message":"Too many tokens, please wait before trying again."}',
    ]);
  });

  it("gives an error without payload the words of its headers", () => {
    const headers = { ":message-type": "error", ":error-code": "InternalFailure", ":error-message": "It broke." };
    expect(events([frame(headers, Buffer.alloc(0))])).toEqual([
      ["exception:InternalFailure", '{"message":"It broke."}'],
    ]);
  });

  it("reads past headers of every kind, and frames without type or payload", () => {
    const headers = { a: true, b: -5, c: Buffer.from([1, 2]), d: new Date(0), ":event-type": "x", e: "é".repeat(300) };
    expect(events([frame(headers, Buffer.from("{}")), frame({}, Buffer.alloc(0))])).toEqual([
      ["x", "{}"],
      [null, null],
    ]);
  });

  it("finds the same frames wherever the bytes are cut, and loses none of them", () => {
    const bytes = fixture("throttled");
    const whole = events([bytes]);
    for (let at = 0; at <= bytes.length; at++) {
      expect(events([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(events(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
    expect(Buffer.concat(split([bytes]).map(({ raw }) => raw))).toEqual(bytes);
  });

  it("finds any frames in any pieces", () => {
    const part = fc.record({ type: fc.string({ minLength: 1, maxLength: 40 }), payload: fc.json() });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), fc.array(fc.nat(400)), (parts, cuts) => {
        const bytes = Buffer.concat(parts.map(({ type, payload }) => eventFrame(type, payload)));
        const places = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((a, b) => a - b);
        const chunks = [0, ...places].map((place, n) => bytes.subarray(place, places[n] ?? bytes.length));
        expect(events(chunks)).toEqual(parts.map(({ type, payload }) => [type, JSON.stringify(payload)]));
      }),
      { numRuns: 300 },
    );
  });

  it("throws on a stream that ends anywhere inside a frame", () => {
    const bytes = eventFrame("messageStop", { stopReason: "end_turn" });
    for (let at = 1; at < bytes.length; at++) {
      const splitter = createEventStreamSplitter();
      expect(splitter.push(bytes.subarray(0, at))).toEqual([]);
      expect(splitter.rest()).toEqual(bytes.subarray(0, at));
      expect(() => splitter.finish()).toThrow(expect.objectContaining({ code: "provider_cut" }));
    }
  });

  it("notices any damaged byte, but hands on what came whole before it", () => {
    const good = eventFrame("messageStart", { role: "assistant" });
    const bad = eventFrame("contentBlockDelta", { delta: { text: "x" } });
    for (let at = 0; at < bad.length; at++) {
      const damaged = Buffer.from(bad);
      damaged[at] = (damaged[at] ?? 0) ^ 0x20;
      const alone = createEventStreamSplitter();
      expect(() => alone.push(damaged)).toThrow(expect.objectContaining({ code: "provider_cut" }));
      expect(() => alone.push(good)).toThrow("Send the request again");
      const behind = createEventStreamSplitter();
      expect(behind.push(Buffer.concat([good, damaged])).map(({ event }) => event)).toEqual(["messageStart"]);
      expect(behind.rest()).toEqual(damaged);
      expect(() => behind.finish()).toThrow(expect.objectContaining({ code: "provider_cut" }));
    }
  });

  it("refuses a frame that is larger than allowed before its bytes have come", () => {
    const splitter = createEventStreamSplitter({ maxFrameBytes: 100 });
    const large = exceptionFrame("x", { message: "y".repeat(100) });
    expect(() => splitter.push(large.subarray(0, 12))).toThrow("more than 100 bytes");
  });
});
