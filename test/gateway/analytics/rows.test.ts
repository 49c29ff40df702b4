import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COLUMNS, createTableSql } from "../../../src-gateway/analytics/table.ts";
import { toRow } from "../../../src-gateway/analytics/to-row.ts";
import { toRow as toLedgerRow } from "../../../src-gateway/store/exchange-rows.ts";
import { anyRecord, completedRecord, FIRST_ID } from "../../support/exchange-records.ts";
import { projectRoot } from "../../tidy/project-files.ts";

const rowOf = (changes: Parameters<typeof completedRecord>[1] = {}, correction: Parameters<typeof toRow>[2] = null) =>
  toRow("ledger-1", toLedgerRow(completedRecord(FIRST_ID + 3_661_000_042, changes), 7), correction);

describe("a row of the analytics table", () => {
  it("has its key, its time and its money as the ledger has them", () => {
    expect(rowOf({ cost: { nano: 9_007_199_254_740_991, priceId: 5, price: null } })).toMatchObject({
      day: "2026-11-21",
      at: "2026-11-21 01:01:01.000042",
      id: FIRST_ID + 3_661_000_042,
      instance: 7,
      ledger: "ledger-1",
      version: 0,
      cost_nano: 9_007_199_254_740_991,
      cost_closed_nano: 9_007_199_254_740_991,
      price_id: 5,
      corrected_because: null,
      attempts: 1,
      stream: true,
    });
  });

  it("says of an unpriced exchange that nothing is known, and never that it was free", () => {
    expect(rowOf({ cost: null })).toMatchObject({ cost_nano: null, cost_closed_nano: null, price_id: null });
  });

  it("shows a correction, even one that takes the price away, with what was known before", () => {
    const cost = { nano: 12, priceId: 5, price: null };
    const correction = { id: FIRST_ID + 9e9, price_id: null, cost_nano: null, reason: "the price was wrong" };
    expect(rowOf({ cost }, correction)).toMatchObject({
      version: FIRST_ID + 9e9,
      cost_nano: null,
      price_id: null,
      cost_closed_nano: 12,
      corrected_because: "the price was wrong",
    });
  });

  it("has one value for each column, none undefined, whatever the exchange was", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const row = toRow("l", toLedgerRow(record, 1), null);
        expect(Object.keys(row).toSorted()).toEqual(Object.keys(COLUMNS).toSorted());
        expect(Object.values(row)).not.toContain(undefined);
        // Of the same second as the id, to the microsecond.
        expect(
          Date.parse(`${String(row["at"]).slice(0, 19).replace(" ", "T")}Z`) * 1000 +
            Number(String(row["at"]).slice(20)),
        ).toBe(record.id);
        const empty = Object.entries(row).filter(([, value]) => value === null);
        const wrong = empty.filter(([name]) => !COLUMNS[name as keyof typeof COLUMNS].includes("Nullable"));
        expect(wrong).toEqual([]);
      }),
    );
  });
});

describe("docs/analytics.md", () => {
  it("names the table's columns in their order, and its key", () => {
    const page = readFileSync(join(projectRoot, "docs/analytics.md"), "utf8");
    const table = page.slice(page.indexOf("| Columns | |"), page.indexOf("## When"));
    const cells = [...table.matchAll(/^\| (`.+?`) \| /gm)].map(([, cell = ""]) => cell);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(new Set(named)).toEqual(new Set(Object.keys(COLUMNS)));
    const key = /ORDER BY (\(.+\))$/.exec(createTableSql("t"))?.[1];
    expect(page).toContain(`ordered by \`${key}\``);
  });
});
