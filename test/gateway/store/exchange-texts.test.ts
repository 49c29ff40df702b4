import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noteOf } from "../../../src-gateway/store/exchange-notes.ts";
import { toRow } from "../../../src-gateway/store/exchange-rows.ts";
import { CHAINED_COLUMNS, exchangeText } from "../../../src-gateway/store/ledger-chain.ts";
import { NAMED_COLUMNS } from "../../../src-gateway/store/named-columns.ts";
import { packPlan, unpackPlan } from "../../../src-gateway/store/pack-plan.ts";
import { readNotes } from "../../../src-gateway/store/read-notes.ts";
import { namedTexts } from "../../../src-gateway/store/upsert-exchanges.ts";
import { anyRecord, completedRecord, openRecord } from "../../support/exchange-records.ts";

/** As most are: like the one before but for some of their members, or untouched yet. */
const records = fc
  .array(fc.tuple(anyRecord, fc.array(fc.nat(60)), fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((drawn) => {
    let before = openRecord(1);
    return drawn.map(([record, places, isBlank]) => {
      const base = isBlank ? openRecord(record.id) : before;
      const names = Object.keys(record) as (keyof typeof record)[];
      const changed = places.flatMap((place) => names.slice(place, place + 1));
      before = { ...base, ...Object.fromEntries(changed.map((name) => [name, record[name]])) };
      return before;
    });
  });

describe("a note of an exchange", () => {
  it("comes back as it was but for its price, which stands beside it", () => {
    fc.assert(
      fc.property(records, (all) => {
        for (const record of all) {
          const [read] = readNotes(noteOf({ instanceId: 7, record }));
          const { cost } = record;
          expect(read).toEqual({ instanceId: 7, record: { ...record, cost: cost && { ...cost, price: null } } });
        }
      }),
    );
  });
});

describe("what the chain vouches for", () => {
  it("is the list of its columns", () => {
    fc.assert(
      fc.property(records, (all) => {
        for (const record of all) {
          const row = toRow(record, 7);
          expect(exchangeText(row)).toBe(JSON.stringify(CHAINED_COLUMNS.map((column) => row[column])));
        }
      }),
    );
  });
});

describe("the plan of an exchange that one target answers", () => {
  it("comes back as it was, whatever the ones before were", () => {
    const word = fc.constantFrom("a", "b");
    const wire = fc.constantFrom("openai-chat" as const, "anthropic-messages" as const);
    const plan = fc.tuple(word, wire, fc.option(word), fc.boolean());
    fc.assert(
      fc.property(fc.array(plan), (all) => {
        for (const [matched, spoken, variant, isFirst] of all) {
          const { attempts, provider, modelRouted } = completedRecord(1);
          const context = { provider, modelRouted, attempts };
          const [{ reason } = { reason: "" }] = attempts;
          const target = { provider: provider ?? "", model: modelRouted ?? "", wire: spoken, reason };
          const leftOut = isFirst ? [] : [{ provider: "c", model: "d", why: "e" }];
          const made = { matched, targets: [target], leftOut, leftOutMore: 0, variant };
          expect(unpackPlan(packPlan(made, context), context)).toEqual(made);
        }
      }),
    );
  });
});

describe("the texts of rows that have numbers", () => {
  it("are all of those columns", () => {
    fc.assert(
      fc.property(records, (all) => {
        const rows = all.map((record) => toRow(record, 7));
        const wanted = rows.flatMap((row) =>
          NAMED_COLUMNS.map((column) => row[column]).filter((text) => text !== null),
        );
        expect(new Set(namedTexts(rows))).toEqual(new Set(wanted));
      }),
    );
  });
});
