import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src-gateway/ir/json.ts";
import { decodeErrorObject, decodeProviderError } from "../../../src-gateway/protocols/provider-error.ts";
import { retryAfterMs } from "../../../src-gateway/protocols/retry-after.ts";

const DATE = "Sat, 21 Nov 2026 09:00:00 GMT";
const decode = (headers: Record<string, string>, body: unknown = {}): number | undefined =>
  decodeProviderError(429, headers, Buffer.from(JSON.stringify(body))).retryAfterMs;

describe("what an answer names", () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ["seconds", { "retry-after": "7" }, 7_000],
    ["parts of seconds", { "retry-after": "0.25" }, 250],
    ["milliseconds", { "retry-after-ms": "250" }, 250],
    ["a date", { date: DATE, "retry-after": "Sat, 21 Nov 2026 09:00:42 GMT" }, 42_000],
    ["a date that is over", { date: DATE, "retry-after": "Sat, 21 Nov 2026 08:00:00 GMT" }, 0],
    ["a date, but not today's", { "retry-after": "Sat, 21 Nov 2026 09:00:42 GMT" }, undefined],
    ["no time at all", { "retry-after": "soon" }, undefined],
    ["a guess", { date: DATE, "retry-after": "May 7" }, undefined],
    ["nothing", {}, undefined],
  ])("%s: %j", (_name, headers, ms) => {
    expect(decode(headers)).toBe(ms);
  });

  it("is the latest of all", () => {
    const all = {
      date: DATE,
      "retry-after": "3",
      "retry-after-ms": "4000",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "5s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "1m6.5s",
    };
    expect(decode(all)).toBe(66_500);
    expect(decode({ ...all, "retry-after": "90" })).toBe(90_000);
    const info = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "100s" };
    expect(decode(all, { error: { code: 429, message: "m", details: [info] } })).toBe(100_000);
  });
});

describe("windows of rate limits", () => {
  it("of OpenAI count where they are used up", () => {
    const headers = {
      "x-ratelimit-limit-requests": "5000",
      "x-ratelimit-limit-tokens": "160000",
      "x-ratelimit-remaining-requests": "4999",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-requests": "6m0s",
      "x-ratelimit-reset-tokens": "12ms",
    };
    expect(decode(headers)).toBe(12);
    expect(decode({ ...headers, "x-ratelimit-remaining-requests": "0" })).toBe(360_000);
  });

  it("of Anthropic are points in time", () => {
    const headers = {
      date: DATE,
      "retry-after": "20",
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "2026-11-21T10:00:00Z",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-21T09:00:31Z",
    };
    expect(decode(headers)).toBe(31_000);
  });

  it("of a subscription to Claude count where they are the reason", () => {
    const at = (second: number): string => String(Date.parse(DATE) / 1000 + second);
    const headers = {
      date: DATE,
      "anthropic-ratelimit-unified-5h-status": "rejected",
      "anthropic-ratelimit-unified-5h-reset": at(600),
      "anthropic-ratelimit-unified-7d-status": "allowed",
      "anthropic-ratelimit-unified-7d-reset": at(300_000),
    };
    expect(decode(headers)).toBe(600_000);
  });

  it.each([
    ["seconds", { "x-ratelimit-remaining-requests-day": "0", "x-ratelimit-reset-requests-day": "33.5" }, 33_500],
    [
      "milliseconds since 1970",
      { date: DATE, "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.parse(DATE) + 1_500) },
      1_500,
    ],
    ["seconds by the coming standard", { "ratelimit-remaining": "0", "ratelimit-reset": "9" }, 9_000],
  ])("of others are %s", (_name, headers, ms) => {
    expect(decode(headers)).toBe(ms);
  });

  it("say something without what is left in them only where nothing else does", () => {
    const reset = { "x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s" };
    expect(decode(reset)).toBe(360_000);
    expect(decode({ ...reset, "retry-after": "2" })).toBe(2_000);
  });
});

describe("what a body names", () => {
  it.each<[string, JsonObject, number | undefined]>([
    ["OpenAI, inside a stream", { message: "Rate limit reached. Please try again in 11.054s. Visit …" }, 11_054],
    ["OpenAI, in milliseconds", { message: "Rate limit reached for tokens. Please try again in 20ms." }, 20],
    ["OpenAI, in minutes", { message: "Please try again in 6m0s." }, 360_000],
    ["Google", { message: "m", details: [{ "@type": "RetryInfo", retryDelay: "17.5s" }] }, 17_500],
    ["Google, in words", { message: "You exceeded your quota. Please retry in 26.25s." }, 26_250],
    ["ChatGPT", { type: "usage_limit_reached", message: "m", resets_in_seconds: 120 }, 120_000],
    ["nobody", { message: "Try again in a few minutes, or in 3 parsecs." }, undefined],
  ])("by %s", (_name, error, ms) => {
    expect(decodeErrorObject(error, 429).retryAfterMs).toBe(ms);
  });
});

it("is never negative and never throws, whatever the headers", () => {
  const names = ["date", "retry-after", "retry-after-ms", "x-ratelimit-reset-a", "x-ratelimit-remaining-a"];
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom("0", "-3", "1e9", DATE, "2026-11-21T10:00:00Z", "5s", "9".repeat(400)),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (headers) => {
      const ms = retryAfterMs(headers, null);
      expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
    }),
  );
});
