import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { type FakeClickHouse, type InsertFault, startFakeClickHouse } from "../../fakes/clickhouse.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { until } from "../../support/until.ts";
import { createWorld, idsOf, isFed, type World } from "./world.ts";

describeOnBothDatabases("a ClickHouse that fails", (database) => {
  let server: FakeClickHouse;
  let store: Store;
  let world: World;
  beforeEach(async () => {
    server = await startFakeClickHouse("hunter2-of-clickhouse");
    store = await database.open();
    world = createWorld(store, server.url);
  });
  afterEach(async () => {
    server.faults.length = 0;
    server.release();
    await world.stop();
    await server.stop();
  });
  const lines = (level: string): string[] =>
    world.log.lines.filter((line) => line.level === level).map((l) => l.message);

  it("is told once when it stands still and once when it goes on, without the password", async () => {
    await server.halt();
    const ids = await world.close(8);
    const feeder = world.feed();
    await until(() => feeder.state().is === "standing" && feeder.state().behind === ids.length);
    expect(feeder.state().problem).toMatch(/ECONNREFUSED/);
    await server.resume();
    await isFed(feeder);
    expect(feeder.state()).toEqual({ is: "feeding", behind: 0, standingSinceUs: null, problem: null });
    server.faults.push("refuse", "refuse", "refuse");
    const later = await world.close(1, FIRST_ID + 20);
    await until(() => lines("info").length === 2);
    await isFed(feeder);
    expect(idsOf(await world.seen())).toEqual([...ids, ...later]);
    expect(lines("warn")).toHaveLength(2);
    expect(lines("info")).toHaveLength(2);
    expect(world.log.text()).toContain("Too many parts");
    expect(world.log.text()).not.toContain("hunter2");
  });

  it("gets again what it may have lost, with the same key and version", async () => {
    const ids = await world.close(10);
    server.faults.push("cut", "stored-and-cut", "refuse", "stored-and-cut");
    await isFed(world.feed());
    const [stored, seen] = [await world.stored(), await world.seen()];
    expect(stored.length).toBeGreaterThan(ids.length);
    expect(idsOf(seen)).toEqual(ids);
    const asTexts = stored.map((row) => JSON.stringify(row));
    expect(new Set(asTexts).size).toBe(ids.length);
  });

  it("does not move the place on before it has answered", async () => {
    const ids = await world.close(5);
    server.faults.push("late");
    const feeder = world.feed();
    await until(() => server.waiting() === 1);
    expect(feeder.state().behind).toBe(ids.length);
    const places = (): Promise<unknown[]> =>
      store.db.selectFrom("facts").selectAll().where("name", "like", "analytics_place%").execute();
    expect(await places()).toEqual([]);
    server.release();
    await isFed(feeder);
    expect(await places()).toMatchObject([{ value: String(ids.length) }]);
  });

  it("that is too slow does not keep a stop waiting, and gets the same again", async () => {
    const ids = await world.close(5);
    server.faults.push("late");
    const feeder = world.feed();
    await until(() => server.waiting() === 1);
    await feeder.stop();
    server.release();
    await isFed(world.feed());
    expect(idsOf(await world.stored())).toEqual(ids.flatMap((id) => [id, id]));
    expect(idsOf(await world.seen())).toEqual(ids);
  });

  it("is given up on after a while, and asked again", async () => {
    const ids = await world.close(2);
    server.faults.push("late");
    const feeder = world.feed(undefined, 50);
    await until(() => lines("info").length === 1);
    await isFed(feeder);
    expect(idsOf(await world.seen())).toEqual(ids);
  });

  it("and whose table was dropped gets everything anew", async () => {
    const ids = await world.close(9);
    const feeder = world.feed();
    await isFed(feeder);
    server.dropTable(world.table);
    const later = await world.close(1, FIRST_ID + 20);
    await until(() => lines("info").length === 1);
    await isFed(feeder);
    expect(idsOf(await world.seen())).toEqual([...ids, ...later]);
  });

  it("loses nothing and shows nothing twice, whatever happens in which order", async () => {
    const fault = fc.constantFrom<InsertFault>("refuse", "cut", "stored-and-cut");
    const step = fc.oneof(
      fc.record({
        is: fc.constant("close" as const),
        count: fc.integer({ min: 1, max: 9 }),
        faults: fc.array(fault, { maxLength: 3 }),
      }),
      fc.record({ is: fc.constant("correct" as const), which: fc.nat(), faults: fc.array(fault, { maxLength: 2 }) }),
      fc.record({ is: fc.constant("restart" as const), faults: fc.constant([]) }),
    );
    let from = FIRST_ID;
    let cost = 1;
    const ids: number[] = [];
    const costs = new Map<number, number>();
    let feeder = world.feed();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        for (const each of steps) {
          server.faults.push(...each.faults);
          if (each.is === "close") {
            ids.push(...(await world.close(each.count, from)));
            from += each.count;
          } else if (each.is === "restart") {
            await feeder.stop();
            feeder = world.feed();
          } else if (ids.length > 0) {
            const id = ids[each.which % ids.length] ?? 0;
            costs.set(id, ++cost);
            await world.correct(id, cost);
          }
        }
        await until(async () => {
          if (feeder.state().is !== "feeding") return false;
          const seen = await world.seen().catch(() => []);
          const isRight = [...costs].every(([id, nano]) =>
            seen.some((row) => row["id"] === id && row["cost_nano"] === nano),
          );
          return isRight && seen.length === ids.length;
        }, 5);
        expect(idsOf(await world.seen())).toEqual(ids);
      }),
      { numRuns: 12 },
    );
  });
});
