import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRow, toRow } from "../../../src-gateway/store/exchange-rows.ts";
import { anyRecord, completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

describe("an exchange as a row", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(fromRow(toRow(record, 3))).toEqual(record);
      }),
      { numRuns: 500 },
    );
  });

  it("needs no JSON when one attempt went well", () => {
    const row = toRow(completedRecord(FIRST_ID), 3);
    expect([row.attempts, row.losses]).toEqual([null, null]);
    expect(fromRow(row).attempts).toEqual(completedRecord(FIRST_ID).attempts);
  });

  it("says in a few bytes that the only target of its plan was asked", () => {
    const record = completedRecord(FIRST_ID);
    const row = toRow(record, 3);
    expect(row.plan).toBe('["the route \\"claude-*\\"","anthropic-messages"]');
    expect(fromRow(row).plan).toEqual(record.plan);
  });

  it("keeps a plan whose target was not asked, and that of a name too long for its column", () => {
    const { plan } = completedRecord(FIRST_ID);
    const long = "m".repeat(1_000);
    const targets = (plan?.targets ?? []).map((target) => ({ ...target, model: long }));
    for (const changes of [{ attempts: [] }, { modelRouted: long, plan: { ...plan!, targets } }]) {
      const record = completedRecord(FIRST_ID, changes);
      expect(fromRow(toRow(record, 3)).plan).toEqual(record.plan);
    }
  });

  it("tells no attempt from one", () => {
    expect(fromRow(toRow(openRecord(FIRST_ID), 3)).attempts).toEqual([]);
  });

  it("keeps a failed attempt whole, also when it is the only one", () => {
    const [attempt] = completedRecord(FIRST_ID).attempts;
    const failed = { ...attempt!, status: 529, errorCode: "overloaded" };
    const record = completedRecord(FIRST_ID, { attempts: [failed], outcome: "failed", status: 503 });
    expect(fromRow(toRow(record, 3)).attempts).toEqual([failed]);
  });

  it("shortens and cleans texts that a database would refuse", () => {
    const row = toRow(completedRecord(FIRST_ID, { modelAsked: "m".repeat(1_000_000), session: "a\0b\ud800c" }), 3);
    expect(row.model_asked).toHaveLength(500);
    expect(row.session).toBe("a\ufffdb\ufffdc");
  });

  it("makes whole numbers of what providers count", () => {
    const { usage } = completedRecord(FIRST_ID);
    const counts = {
      ...usage,
      inputUncached: 1.6,
      output: Number.NaN,
      cacheRead: Number.POSITIVE_INFINITY,
      reasoning: 1e300,
    };
    const row = toRow(completedRecord(FIRST_ID, { usage: counts }), 3);
    expect([row.input_uncached, row.output_tokens, row.cache_read, row.reasoning]).toEqual([2, 0, 0, 2 ** 31 - 1]);
  });
});
