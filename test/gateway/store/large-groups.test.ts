import { expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeJournal } from "../../../src-gateway/store/exchange-journal.ts";
import { toRow } from "../../../src-gateway/store/exchange-rows.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { EVERYBODY, ROLLUP_DIMENSIONS } from "../../../src-gateway/store/rollup-columns.ts";
import { createRowWriter } from "../../../src-gateway/store/write-rows.ts";
import { describeOnBothDatabases, describeOnSqlite } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

describeOnBothDatabases("a large group of exchanges", (database) => {
  it("counts each once, and leaves those as they were that were closed before", async () => {
    const store = await database.open();
    const writer = createExchangeWriter({
      store,
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
    });
    try {
      for (const at of [0, 7, 39]) writer.close(completedRecord(FIRST_ID + at));
      await writer.flush();
      for (let at = 0; at < 40; at++) writer.close(completedRecord(FIRST_ID + at, { project: "later" }));
      await writer.flush();
      const rows = await store.db.selectFrom("exchanges").select("project").execute();
      expect(rows).toHaveLength(40);
      expect(rows.filter(({ project }) => project === "later")).toHaveLength(37);
      const { requests } = await store.db
        .selectFrom("usage_days")
        .select(({ fn }) => fn.sum("requests").as("requests"))
        .where("dimension", "=", ROLLUP_DIMENSIONS.indexOf("all"))
        .where("scope", "=", EVERYBODY)
        .executeTakeFirstOrThrow();
      expect(Number(requests)).toBe(40);
    } finally {
      await writer.stop();
    }
  });

  it("writes each as it is, whatever they have in common", async () => {
    const store = await database.open();
    const write = createRowWriter(store);
    const sorts: Partial<ExchangeRecord>[] = [
      {},
      { modelAsked: "another", modelServed: null },
      { stream: true, firstTokenUs: 20_000 },
      { surface: "completions", status: 201, provider: "elsewhere" },
    ];
    // All alike, alike but for their models, one that differs, all mixed.
    const groups: number[][] = [[0], [0, 1], [...Array.from({ length: 31 }, () => 0), 3], [0, 1, 2, 3]];
    const rows = groups.map((group, g) =>
      Array.from({ length: 52 }, (_, n) => {
        const id = FIRST_ID + 100 * g + n;
        const own = { session: `s${n % 7}`, totalUs: 1_000 * n + 7, finishReason: n % 3 === 0 ? null : "stop" };
        const record = completedRecord(id, { ...sorts[group[n % group.length] ?? 0], ...own });
        return { owned: { instanceId: 1, record }, row: toRow(record, 1) };
      }),
    );
    for (const group of rows) await write(group);
    const found = await store.db.selectFrom("exchanges").selectAll().orderBy("id").execute();
    expect(found).toEqual(rows.flat().map(({ row }) => row));
  });
});

describeOnSqlite("a group of exchanges", (database) => {
  it("leaves what is closed while it is written to the next one, and makes no transaction for a few", async () => {
    const store = await database.open();
    const { transaction } = store;
    if (transaction === undefined) throw new Error("this database has no transactions of its own");
    const written: number[] = [];
    let duringFirst = (): void => {};
    const writer = createExchangeWriter({
      store: {
        ...store,
        transaction: async (work) => {
          const result = await transaction(work);
          const rows = await store.db.selectFrom("exchanges").select("id").execute();
          written.push(rows.length);
          duringFirst();
          return result;
        },
      },
      instanceId: 1,
      clock: systemClock,
      log: silentLogger,
      spillFile: null,
      journal: createExchangeJournal(database.folder, silentLogger),
    });
    try {
      for (let n = 0; n < 25; n++) writer.open(openRecord(FIRST_ID + n));
      for (let n = 10; n < 25; n++) writer.close(completedRecord(FIRST_ID + n));
      duringFirst = () => {
        duringFirst = () => {};
        for (let n = 0; n < 5; n++) writer.close(completedRecord(FIRST_ID + n));
        // When the first group is over.
        setImmediate(() =>
          setImmediate(() => {
            for (let n = 5; n < 10; n++) writer.close(completedRecord(FIRST_ID + n));
          }),
        );
      };
      await expect.poll(() => written).toEqual([15, 25]);
    } finally {
      await writer.stop();
    }
  });
});
