import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { accessLine } from "../../../src-gateway/telemetry/access-line.ts";
import { anyRecord, completedRecord, FIRST_ID } from "../../support/exchange-records.ts";

const read = (record: ExchangeRecord, nowMs: number): Record<string, unknown> =>
  JSON.parse(accessLine(record, undefined, nowMs)) as Record<string, unknown>;

describe("the log's line of an exchange", () => {
  it("is about this exchange, whatever the ones before it were", () => {
    const few = fc.array(anyRecord, { minLength: 1, maxLength: 3 });
    const order = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(few, order, (records, places) => {
        for (const place of places) {
          const record = records[place % records.length] ?? completedRecord(FIRST_ID);
          const line = read(record, 0);
          const { surface, stream, status, outcome } = record;
          expect(line).toMatchObject({ level: "info", msg: "exchange", surface, stream, status, outcome });
          expect(line["userId"] ?? null).toBe(record.userId);
          expect(line["keyId"] ?? null).toBe(record.apiKeyId);
          expect(line["attempts"] ?? 1).toBe(Math.max(1, record.attempts.length));
          for (const [name, value] of [
            ["error", record.errorCode],
            ["provider", record.provider],
            ["model", record.modelRouted ?? record.modelAsked],
            ["agent", record.agent],
          ] as const)
            expect(line[name] ?? null).toBe(value !== null && value.length > 200 ? `${value.slice(0, 200)}…` : value);
        }
      }),
    );
  });

  it("has the time to the millisecond", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: 1 }), (steps) => {
        for (const step of steps) {
          const nowMs = Date.UTC(2026, 11, 31, 23, 59, 57) + step;
          expect(read(completedRecord(FIRST_ID), nowMs)["time"]).toBe(new Date(nowMs).toISOString());
        }
      }),
    );
  });
});
