import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AnalyticsTarget } from "../../../src-gateway/analytics/types.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { startFakeClickHouse } from "../../fakes/clickhouse.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { startClickHouse } from "../../support/clickhouse.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { toSingleEntries } from "../../support/single-entries.ts";
import { until } from "../../support/until.ts";
import { createWorld, idsOf, isFed, type World } from "./world.ts";

const real = await startClickHouse();
if ("skipped" in real) process.stderr.write(`Tests on ClickHouse are skipped: ${real.skipped}\n`);
afterAll(() => ("skipped" in real ? undefined : real.stop()));

const open = async (): Promise<{ url: string; stop(): Promise<void> }> =>
  "skipped" in real ? Promise.reject(new Error(real.skipped)) : { url: real.url, stop: async () => {} };

feedsAsPromised("ClickHouse's interface", () => startFakeClickHouse());
describe.skipIf("skipped" in real)("real (needs clickhouse or clickhouse-server on PATH)", () => {
  feedsAsPromised("a ClickHouse server", open);
});

function feedsAsPromised(title: string, start: () => Promise<{ url: string; stop(): Promise<void> }>): void {
  describeOnBothDatabases(`feeding ${title}`, (database) => {
    let server: Awaited<ReturnType<typeof start>>;
    let store: Store;
    let world: World;
    beforeEach(async () => {
      server = await start();
      store = await database.open();
      world = createWorld(store, server.url);
    });
    afterEach(async () => {
      await world.stop();
      await server.stop();
    });

    it("sends every closed exchange of every run, and each once", async () => {
      const ids = [...(await world.close(13)), ...(await world.close(4, FIRST_ID + 100))];
      const feeder = world.feed();
      await isFed(feeder);
      const rows = await world.stored();
      expect(idsOf(rows)).toEqual(ids);
      expect(new Set(rows.map(({ instance }) => Number(instance))).size).toBe(2);
      expect(rows[0]).toMatchObject({
        day: "2026-11-21",
        at: "2026-11-21 00:00:00.000000",
        provider: "anthropic",
        stream: true,
        project: null,
      });
      expect([Number(rows[0]?.["cost_nano"]), Number(rows[0]?.["version"])]).toEqual([expect.any(Number), 0]);
      expect(Number(rows[0]?.["cost_nano"])).toBeGreaterThan(0);
      const later = await world.close(2, FIRST_ID + 200);
      await until(async () => (await world.stored()).length > ids.length, 20);
      expect(idsOf(await world.stored())).toEqual([...ids, ...later]);
    });

    it("sends what the end of a process interrupted, once, and what became of it if that was not the end", async () => {
      const ids = await world.close(3);
      const lost = await world.interrupt(2, FIRST_ID + 20);
      await isFed(world.feed());
      await until(async () => (await world.stored()).length > 4, 20);
      expect((await world.stored()).map(({ id, outcome }) => [Number(id), outcome])).toEqual([
        ...ids.map((id) => [id, "completed"]),
        ...lost.map((id) => [id, "interrupted"]),
      ]);
      const later = await world.interrupt(1, FIRST_ID + 10);
      await until(async () => (await world.stored()).length > 5, 20);
      expect(idsOf(await world.stored())).toEqual([...ids, ...later, ...lost]);
      // The process was only taken for dead.
      await world.goOn(later);
      await until(async () => (await world.stored()).length > 6, 20);
      expect((await world.seen()).find(({ id }) => Number(id) === later[0])).toMatchObject({ outcome: "completed" });
    });

    it("goes on where it stopped", async () => {
      const ids = await world.close(7);
      const feeder = world.feed();
      await isFed(feeder);
      await feeder.stop();
      const later = await world.close(3, FIRST_ID + 50);
      await isFed(world.feed());
      expect(idsOf(await world.stored())).toEqual([...ids, ...later]);
    });

    it("sends a corrected exchange again with a higher version, which is what readers see", async () => {
      const [first = 0, second = 0] = await world.close(3);
      const feeder = world.feed();
      await isFed(feeder);
      await world.correct(first, 77);
      await world.correct(second, 1);
      await world.correct(second, 2_000_000_000_000_123);
      await until(async () => Number((await world.seen())[1]?.["cost_nano"]) > 1e15, 20);
      const seen = await world.seen();
      expect(seen).toHaveLength(3);
      expect(seen.slice(0, 2).map((row) => Number(row["cost_nano"]))).toEqual([77, 2_000_000_000_000_123]);
      expect(seen.map((row) => row["corrected_because"])).toEqual(["better known", "better known", null]);
      expect(Number(seen[0]?.["cost_closed_nano"])).toBeGreaterThan(77);
      expect(Number(seen[1]?.["version"])).toBeGreaterThan(Number(seen[0]?.["version"]));
    });

    it("misses nothing and doubles nothing for readers when it dies after each confirmation", async () => {
      const ids = await world.close(12);
      await world.correct(ids[4] ?? 0, 5);
      const deaths = 4;
      for (let n = 0; n < deaths; n++) {
        let isDead = false;
        const dying = (target: AnalyticsTarget): AnalyticsTarget => ({
          ...target,
          async insert(rows, signal) {
            await target.insert(rows, signal);
            isDead = true;
            // The process is gone: nothing that follows a confirmation happens.
            await new Promise((_, reject) => {
              signal.addEventListener("abort", () => reject(new Error("dead")));
            });
          },
        });
        const feeder = world.feed(dying);
        await until(() => isDead);
        await feeder.stop();
      }
      await isFed(world.feed());
      const [stored, seen] = [await world.stored(), await world.seen()];
      expect(stored.length).toBeGreaterThan(ids.length + deaths);
      expect(idsOf(seen)).toEqual(ids);
      expect(Number(seen[4]?.["cost_nano"])).toBe(5);
      expect(new Set(stored.map((row) => row["ledger"])).size).toBe(1);
    });

    it("is sent by one gateway at a time, and by another when that one has stopped", async () => {
      const ids = await world.close(6);
      const first = world.feed();
      await isFed(first);
      const second = world.feed();
      await until(() => second.state().is === "other");
      await first.stop();
      const later = await world.close(6, FIRST_ID + 50);
      await until(async () => (await world.stored()).length >= ids.length + later.length, 20);
      expect(idsOf(await world.stored())).toEqual([...ids, ...later]);
    });

    it("begins with what was closed before the ledger had chains, and sends none of it that is in a chain again", async () => {
      const ids = await world.close(8);
      const [last = 0] = ids.slice(5);
      await toSingleEntries(store);
      await store.db.deleteFrom("ledger_chain").where("entry_id", "<=", last).execute();
      const set = { value: String(last) };
      await store.db.updateTable("facts").set(set).where("name", "=", "ledger_chain_from").execute();
      await isFed(world.feed());
      expect(idsOf(await world.stored())).toEqual(ids);
      await world.stop();
      const feeder = world.feed();
      await isFed(feeder);
      expect(idsOf(await world.stored())).toEqual(ids);
    });

    it("keeps texts that no server takes as they are", async () => {
      const id = FIRST_ID;
      const { fillLedger } = await import("../../support/filled-ledger.ts");
      await fillLedger(
        store,
        [{ id, session: "half \ud83d", project: "naïve\n\"'\\ 🙂", counts: { webSearches: 2 } }],
        {
          instanceId: await world.begin(),
        },
      );
      await isFed(world.feed());
      const [row] = await world.seen();
      expect(row).toMatchObject({ session: "half \ufffd", project: "naïve\n\"'\\ 🙂" });
      expect(JSON.parse(String(row?.["counts"]))).toEqual({ webSearches: 2 });
    });
  });
}
