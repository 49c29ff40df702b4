import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptSpanId, readTraceContext, traceparentOf } from "../../../src-gateway/telemetry/trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const NEW_TRACE = /^(?!0+$)[\da-f]{32}$/;
const NEW_SPAN = /^(?!0+$)[\da-f]{16}$/;

describe("traceparent", () => {
  it("is gone on with", () => {
    const context = readTraceContext(`00-${TRACE}-${SPAN}-01`);
    expect(context).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, isSampled: true });
    expect(context.spanId).toMatch(NEW_SPAN);
    expect(context.spanId).not.toBe(SPAN);
    expect(readTraceContext(`00-${TRACE}-${SPAN}-00`).isSampled).toBe(false);
  });

  it("of a later version may hold more", () => {
    expect(readTraceContext(`01-${TRACE}-${SPAN}-01-more`).traceId).toBe(TRACE);
  });

  it.each([
    undefined,
    "",
    ["00", "01"],
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
  ])("that is none begins a trace: %j", (header) => {
    const context = readTraceContext(header);
    expect(context.traceId).toMatch(NEW_TRACE);
    expect(context).toMatchObject({ parentSpanId: null, isSampled: true });
  });

  it("takes any text without failing", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readTraceContext(text).traceId).toMatch(NEW_TRACE);
      }),
    );
  });

  it("samples a share of the traces that begin here, and all or none at the ends", () => {
    const sampled = (share: number): number =>
      Array.from({ length: 2_000 }, () => readTraceContext(undefined, { share, followsParent: true })).filter(
        ({ isSampled }) => isSampled,
      ).length;
    expect(sampled(0)).toBe(0);
    expect(sampled(1)).toBe(2_000);
    expect(sampled(0.5)).toBeGreaterThan(800);
    expect(sampled(0.5)).toBeLessThan(1_200);
  });

  it("leaves a client's decision aside where the operator wants that", () => {
    const header = `00-${TRACE}-${SPAN}-01`;
    expect(readTraceContext(header, { share: 0, followsParent: false }).isSampled).toBe(false);
  });
});

describe("the spans of attempts", () => {
  it("differ from each other and from the server's, and can be written into a header", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (span) => {
        const own = span.toString(16).padStart(16, "0");
        const ids = [own, ...[1, 2, 3].map((attempt) => attemptSpanId(own, attempt))];
        expect(new Set(ids).size).toBeGreaterThanOrEqual(3);
        for (const id of ids) expect(id).toMatch(NEW_SPAN);
        expect(readTraceContext(traceparentOf(TRACE, ids[1] ?? "", true)).parentSpanId).toBe(ids[1]);
      }),
    );
  });
});
