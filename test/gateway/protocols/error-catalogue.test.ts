import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERROR_CATALOGUE, type ErrorCode, GatewayError } from "../../../src-gateway/ir/errors.ts";
import { WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe("the error catalogue", () => {
  it("is described, code by code and with the same status, in docs/errors.md", () => {
    const text = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+) \| .{20,} \|$/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(rows).toEqual(CODES.map((code) => [code, ERROR_CATALOGUE[code].status]));
  });

  it.each(WIRE_PROTOCOLS)("can be said in %s, whole and inside a stream", (id) => {
    const wire = WIRES[id];
    for (const code of CODES) {
      const error = new GatewayError(code, `about ${code}`, { retryAfterMs: 1500 });
      const { status, headers, body } = wire.encodeError(error, { requestId: "req_1" });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(headers["retry-after"]).toBe("2");
      expect(Number(headers["content-length"])).toBe(body.length);
      expect(JSON.stringify(JSON.parse(body.toString()))).toContain(`about ${code}`);
      const frame = wire.encodeStreamError(error, { requestId: "req_1", framing: "sse", started: true }).toString();
      expect(frame).toMatch(/^(?:event: \S+\n)?data: \{.*\}\n\n$/);
      expect(frame).toContain(`about ${code}`);
      // Own reader, own words.
      const reader = wire.createStreamReader(id === "gemini-content" ? "gemini" : "chat");
      const event = /^event: (\S+)\n/.exec(frame)?.[1] ?? null;
      expect(
        reader.push({
          raw: Buffer.from(frame),
          event,
          data: Buffer.from(frame.slice(frame.indexOf("data: ") + 6).trim()),
        }),
      ).toBe("error");
    }
  });

  it("closes the array of a Gemini client that asked for one", () => {
    const error = new GatewayError("provider_cut", "cut");
    const at = (started: boolean) =>
      WIRES["gemini-content"].encodeStreamError(error, { requestId: "r", framing: "json-array", started }).toString();
    expect(JSON.parse(at(false))).toHaveLength(1);
    expect(JSON.parse(`[{}${at(true)}`)).toHaveLength(2);
  });

  it.each(WIRE_PROTOCOLS)("takes any answer of a provider that speaks %s, and never throws", (id) => {
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record({
          error: fc.oneof(
            fc.string(),
            fc.record({ message: fc.anything(), code: fc.anything(), details: fc.anything() }),
          ),
        })
        .map((value) => Buffer.from(JSON.stringify(value) ?? "")),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        fc.dictionary(fc.constantFrom("retry-after", "retry-after-ms", "x-ratelimit-reset-requests"), fc.string()),
        body,
        (status, headers, bytes) => {
          const error = WIRES[id].decodeError(status, headers, bytes);
          expect(error).toBeInstanceOf(GatewayError);
          expect(error.message.length).toBeLessThanOrEqual(2000);
          expect(error.message.length).toBeGreaterThan(0);
          expect(error.retryAfterMs === undefined || error.retryAfterMs >= 0).toBe(true);
        },
      ),
    );
  });

  it.each([
    [429, { "retry-after": "7" }, '{"error":{"message":"m"}}', "rate_limited", 7000],
    [429, { "retry-after-ms": "250" }, "{}", "rate_limited", 250],
    [429, { "x-ratelimit-reset-requests": "6m0s" }, "{}", "rate_limited", 360_000],
    [429, {}, '{"error":{"details":[{"@type":"RetryInfo","retryDelay":"3.5s"}]}}', "rate_limited", 3500],
    [429, {}, '{"error":{"code":"insufficient_quota","message":"m"}}', "quota_exceeded", undefined],
    [529, {}, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', "overloaded", undefined],
    [
      400,
      {},
      '{"error":{"code":"context_length_exceeded","message":"too long"}}',
      "context_length_exceeded",
      undefined,
    ],
    [400, {}, '{"error":{"message":"prompt is too long: 2 > 1"}}', "context_length_exceeded", undefined],
    [400, {}, '[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]', "invalid_request", undefined],
    [404, {}, '{"error":{"message":"no model"}}', "model_not_found", undefined],
    [401, {}, '{"error":{"message":"bad key sk-secret"}}', "provider_auth_failed", undefined],
    [500, {}, "", "provider_error", undefined],
  ] as const)("reads %i %j %s as %s", (status, headers, body, code, retryAfterMs) => {
    const error = WIRES["openai-chat"].decodeError(status, headers, Buffer.from(body));
    expect([error.code, error.retryAfterMs]).toEqual([code, retryAfterMs]);
    expect(error.message).not.toContain("sk-secret");
  });
});
