import fc from "fast-check";
import { expect, it } from "vitest";
import { attribute } from "../../../src-gateway/exchange/attribution.ts";
import { HeadFacts, headFactsOf } from "../../../src-gateway/exchange/head-facts.ts";
import { joinHeadersOf } from "../../../src-gateway/joins/join-key.ts";

const NAMES = [
  "user-agent",
  "originator",
  "session-id",
  "x-session-affinity",
  "anthropic-beta",
  "x-provider",
  "x-retry-count",
  "amz-sdk-request",
  "idempotency-key",
  "x-tokligence-git-branch",
];
const value = fc.constantFrom("claude-cli/2.1", "curl/8", "codex", "attempt=2", "1", "s1", "");
const headers = fc.dictionary(fc.constantFrom(...NAMES), value);

it("says of a request what its own headers say, where they differ from the first in nothing but the length", () => {
  fc.assert(
    fc.property(headers, fc.nat(), fc.nat(), (same, first, next) => {
      const kept = new HeadFacts({ ...same, "content-length": String(first) }, "tok_a");
      const own = { ...same, "content-length": String(next) };
      for (let time = 0; time < 2; time++) {
        expect(kept.attribution).toEqual(attribute(own));
        expect(kept.join).toEqual(joinHeadersOf(own));
        expect(headFactsOf({ head: kept, headers: own, token: "tok_a" })).toBe(kept);
      }
      const read = headFactsOf({ headers: own, token: null });
      expect([read.attribution, read.join, read.token]).toEqual([attribute(own), joinHeadersOf(own), null]);
    }),
  );
});
