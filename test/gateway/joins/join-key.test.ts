import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JoinFacts, joinHeadersOf, joinKey, retrySignalOf } from "../../../src-gateway/joins/join-key.ts";
import { createRunHash } from "../../../src-gateway/lib/run-hash.ts";

type Asked = Omit<JoinFacts, "headers"> & { headers: Parameters<typeof joinHeadersOf>[0] };
const facts: Asked = {
  owner: "1/2",
  place: ["anthropic-messages", "messages", ""],
  headers: { "anthropic-beta": "a", "user-agent": "x" },
  body: Buffer.from('{"model":"m"}'),
};
const hash = createRunHash();
function key(changes: Partial<Asked> = {}): string {
  const asked = { ...facts, ...changes };
  return joinKey({ ...asked, headers: joinHeadersOf(asked.headers) }, hash);
}

describe("the key of a request", () => {
  it("is the same for the same, whatever else the client says about itself", () => {
    expect(key({ headers: { "anthropic-beta": "a", "x-stainless-retry-count": "2" } })).toBe(key());
  });

  it.each<Partial<Asked>>([
    { owner: "1/3" },
    { place: ["openai-chat", "chat", ""] },
    { place: ["anthropic-messages", "messages", "beta=true"] },
    { headers: { "anthropic-beta": "b" } },
    { headers: {} },
    { headers: { ...facts.headers, "x-provider": "other" } },
    { body: Buffer.from('{"model":"m" }') },
  ])("differs with %o", (changes) => {
    expect(key(changes)).not.toBe(key());
  });

  it("cannot be made the same by moving text from one part to another", () => {
    const part = fc.string({ maxLength: 6 });
    const some = fc.record({ owner: part, place: fc.array(part, { maxLength: 3 }), body: part });
    fc.assert(
      fc.property(some, some, (one, other) => {
        const keys = [one, other].map((each) => key({ ...each, headers: {}, body: Buffer.from(each.body) }));
        expect(keys[0] === keys[1]).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});

describe("a retry", () => {
  it.each([
    [{}, false],
    [{ "x-stainless-retry-count": "0" }, false],
    [{ "x-stainless-retry-count": "1" }, true],
    [{ "x-stainless-retry-count": "no" }, false],
    [{ "amz-sdk-request": "attempt=1; max=3" }, false],
    [{ "amz-sdk-request": "ttl=20261121T090000Z; attempt=2; max=3" }, true],
  ])("is told from its headers: %o", (headers, isRetry) => {
    expect(retrySignalOf(headers)).toEqual({ isRetry, idempotencyKey: null });
  });

  it("may name itself", () => {
    expect(retrySignalOf({ "idempotency-key": "k-1" })).toEqual({ isRetry: false, idempotencyKey: "k-1" });
    expect(retrySignalOf({ "idempotency-key": "" })).toEqual({ isRetry: false, idempotencyKey: null });
  });
});
