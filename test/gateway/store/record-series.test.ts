import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { toRow } from "../../../src-gateway/store/exchange-rows.ts";
import { RecordSeries } from "../../../src-gateway/store/record-series.ts";
import { kindOf } from "../../../src-gateway/store/row-kinds.ts";
import { WaitingRecords } from "../../../src-gateway/store/waiting-records.ts";
import { WaitingSeries } from "../../../src-gateway/store/waiting-series.ts";
import { anyRecord, completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

/** What two exchanges of one client may differ in. */
const numbersOf = (count: fc.Arbitrary<number>, rare: fc.Arbitrary<number>) => {
  const orNull = fc.option(count, { nil: null });
  const usage = fc.record({
    inputUncached: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: rare,
    output: count,
    reasoning: count,
    audioInput: rare,
    audioOutput: rare,
  });
  const prefix = fc.record({ sharedBytes: count, totalBytes: count, firstDifference: fc.constant(null) });
  return fc.record(
    {
      queueUs: orNull,
      firstByteUs: orNull,
      firstTokenUs: orNull,
      totalUs: orNull,
      bytesIn: count,
      bytesOut: count,
      usage,
      cost: count.map((nano) => ({ nano, priceId: 5, price: null })),
      prefix: fc.option(prefix, { nil: null }),
    },
    { requiredKeys: [] },
  );
};
const oddCount = fc.constantFrom(0, -0, -5, 2 ** 31, 2 ** 52, 2 ** 60, 1.5, Number.NaN);
const anyNumbers = fc.oneof(
  { weight: 9, arbitrary: numbersOf(fc.nat(2_000_000_000), fc.constant(0)) },
  { weight: 1, arbitrary: numbersOf(fc.oneof(fc.nat(9), oddCount), fc.nat(9)) },
);
type Numbers = typeof anyNumbers extends fc.Arbitrary<infer Value> ? Value : never;

/** Its only attempt says what the row says, as of nearly all; or it does not. */
function varied(record: ExchangeRecord, id: number, numbers: Numbers, isPlain: boolean): ExchangeRecord {
  const one = { ...record, ...numbers, id };
  const attempts = one.attempts.slice(0, 1).map((attempt) => ({
    ...attempt,
    provider: one.provider ?? "",
    model: one.modelRouted ?? "",
    status: one.status,
    errorCode: null,
    startedUs: isPlain ? (one.queueUs ?? 0) : 12_345,
    firstByteUs: one.firstByteUs,
  }));
  return { ...one, attempts };
}

/** What keeps an exchange out of any series. */
const SELDOM = { own: null, counts: null, losses: [], prefix: null, cost: null };

/** A few exchanges, each of which comes again with other numbers, or with one member of another one. */
const anyChoice = fc.record({
  base: fc.nat(),
  numbers: anyNumbers,
  isPlain: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
  foreign: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.nat()) },
  ),
});
const anyRecords = fc
  .record({
    bases: fc.array(fc.oneof(anyRecord, fc.constant(completedRecord(FIRST_ID))), { minLength: 1, maxLength: 4 }),
    choices: fc.array(anyChoice, { minLength: 1, maxLength: 30 }),
  })
  .map(({ bases, choices }) => {
    const plain = bases.map((record) => varied({ ...record, ...SELDOM }, FIRST_ID, {}, true));
    const baseAt = (place: number): ExchangeRecord => plain[place % plain.length] as ExchangeRecord;
    return choices.map(({ base, numbers, isPlain, foreign }, at) => {
      const record = varied(baseAt(base), FIRST_ID + at, numbers, isPlain);
      if (foreign === null) return record;
      const [from, member] = foreign;
      const names = Object.keys(record).filter((name) => name !== "id") as (keyof ExchangeRecord)[];
      const name = names[member % names.length] as keyof ExchangeRecord;
      return { ...record, [name]: baseAt(from)[name] };
    });
  });

function begun(): RecordSeries {
  const series = RecordSeries.begin({ instanceId: 1, record: completedRecord(FIRST_ID) });
  if (series === null) throw new Error("a plain exchange begins no series");
  return series;
}

describe("a series of records", () => {
  it("has the row of each that it takes, and gives each back as it was", () => {
    let taken = 0;
    fc.assert(
      fc.property(anyRecords, (records) => {
        const [first, ...others] = records as [ExchangeRecord, ...ExchangeRecord[]];
        const series = RecordSeries.begin({ instanceId: 3, record: first });
        if (series === null) return;
        const added = [first, ...others.filter((record) => series.add(record))];
        taken += added.length - 1;
        expect(series.count).toBe(added.length);
        expect(series.records()).toEqual(added.map((record) => ({ instanceId: 3, record: plus(record) })));
        for (const [place, record] of added.entries()) {
          const row = toRow(plus(record), 3);
          expect(series.rowAt(place)).toEqual(row);
          // It may have columns that the row does not need, never fewer.
          expect(KINDS.indexOf(series.kind)).toBeGreaterThanOrEqual(KINDS.indexOf(kindOf(row)));
        }
      }),
      { numRuns: 400 },
    );
    // A property of what is never taken would say nothing.
    expect(taken).toBeGreaterThan(100);
  });

  it("takes its turns with the one that comes after it", () => {
    const series = begun();
    for (let n = 1; n < 100; n++) expect(series.add(completedRecord(FIRST_ID + n))).toBe(true);
    const next = series.next();
    expect(next.add(completedRecord(FIRST_ID + 500))).toBe(true);
    expect([series.count, next.count]).toEqual([100, 1]);
    expect(series.rowAt(99).id).toBe(FIRST_ID + 99);
    series.clear();
    expect(next.next()).toBe(series);
    expect(next.rowAt(0).id).toBe(FIRST_ID + 500);
  });

  it("has many callers, up to a bound", () => {
    const series = begun();
    const of = (n: number) =>
      completedRecord(FIRST_ID + n, {
        session: `s-${n % 300}`,
        apiKeyId: n % 2,
        finishReason: n % 3 === 0 ? "stop" : null,
      });
    const records = Array.from({ length: 2_000 }, (_, n) => of(n));
    const added = records.filter((record) => series.add(record));
    expect(
      series
        .records()
        .slice(1)
        .map(({ record }) => record),
    ).toEqual(added);
    expect(series.callerColumns).toHaveLength(256);
    for (const [place, record] of added.entries()) expect(series.rowAt(place + 1)).toEqual(toRow(record, 1));
    // Those that are known go on.
    expect(added.length).toBeGreaterThan(1_000);
  });

  it("ends at a bound", () => {
    const series = begun();
    let rows = 1;
    while (rows < 10_000 && series.add(completedRecord(FIRST_ID + rows))) rows++;
    expect(rows).toBe(2_048);
    expect(series.records().map(({ record }) => record.id)).toEqual(
      Array.from({ length: rows }, (_, n) => FIRST_ID + n),
    );
  });
});

const KINDS = ["plain", "usual", "whole"];

/** Zero has no sign in a database. */
const plus = (record: ExchangeRecord): ExchangeRecord => JSON.parse(JSON.stringify(record)) as ExchangeRecord;

describe("records that wait", () => {
  const waitingFor = (closed: readonly ExchangeRecord[]): WaitingRecords => {
    const waiting = new WaitingRecords(new WaitingSeries(1));
    for (const record of closed) waiting.close(record, 0);
    return waiting;
  };
  const records = (length: number, from = FIRST_ID): ExchangeRecord[] =>
    Array.from({ length }, (_, n) => completedRecord(from + n, { bytesIn: n }));

  it("wait as series where there are many, and as they are where there are few", () => {
    const few = waitingFor(records(20));
    expect(few.takeSeries(0)).toEqual([]);
    expect(few.first(Infinity)).toHaveLength(20);
    const many = waitingFor(records(200));
    const [series, ...others] = many.takeSeries(0);
    expect(others).toEqual([]);
    expect((series?.count ?? 0) + many.first(Infinity).length).toBe(200);
    expect(many.size).toBe(200);
    many.settleSeries();
    expect(many.size).toBe(many.first(Infinity).length);
  });

  it("come back from series with all that is known of each", () => {
    const waiting = waitingFor(records(200));
    waiting.takeSeries(0);
    for (const record of records(200, FIRST_ID + 1_000)) waiting.close(record, 0);
    // Whoever took the first broke off.
    const again = waiting.takeSeries(0).reduce((rows, { count }) => rows + count, 0);
    expect(again).toBeGreaterThan(0);
    expect(waiting.first(Infinity)).toHaveLength(400 - again);
    expect(waiting.all().toSorted((a, b) => a.id - b.id)).toEqual([...records(200), ...records(200, FIRST_ID + 1_000)]);
    waiting.dissolveSeries(0);
    waiting.dissolveOthers(0);
    expect(waiting.first(Infinity)).toHaveLength(400);
    expect(waiting.size).toBe(400);
  });

  it("are no longer open when they were closed into a series, and stay as they were closed last", () => {
    const waiting = waitingFor(records(100));
    const id = FIRST_ID + 500;
    waiting.add(openRecord(id), 0);
    waiting.close(completedRecord(id), 0);
    expect(waiting.has(id)).toBe(false);
    expect(waiting.size).toBe(101);
    // Something rare is told of it later, so it has to wait by itself.
    waiting.close(completedRecord(id, { own: { input: 1, output: 2 } }), 0);
    waiting.takeSeries(0);
    waiting.dissolveSeries(0);
    const found = waiting.all().filter((record) => record.id === id);
    expect(found).toEqual([completedRecord(id, { own: { input: 1, output: 2 } })]);
  });

  it("tell since when the oldest waits", () => {
    const waiting = waitingFor(records(100));
    for (const { record } of waiting.first(Infinity)) waiting.forget(record);
    expect(waiting.oldest?.sinceUs).toBe(0);
    waiting.takeSeries(9);
    waiting.close(completedRecord(FIRST_ID + 900), 7);
    expect(waiting.oldest?.sinceUs).toBe(0);
    waiting.settleSeries();
    expect(waiting.oldest?.sinceUs).toBe(7);
  });
});
