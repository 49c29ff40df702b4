import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { until } from "../../support/until.ts";
import { type FakeReceiver, startReceiver } from "./fake-receiver.ts";
import { hookTo, openHookWorld, userEvent } from "./hook-world.ts";

type World = Awaited<ReturnType<typeof openHookWorld>>;

describeOnBothDatabases("a delivery", (database) => {
  let receiver: FakeReceiver;
  let worlds: World[] = [];
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await Promise.all(worlds.map((world) => world.stop()));
    worlds = [];
    await receiver.stop();
  });
  const open = async (...args: Parameters<typeof openHookWorld>): Promise<World> => {
    const world = await openHookWorld(...args);
    worlds.push(world);
    return world;
  };
  const dead = (world: World) => world.rows.list({ state: "dead", limit: 100 });
  const delivered = (world: World) => world.rows.list({ state: "delivered", limit: 1000 });
  const usersTold = (): string[] =>
    receiver.received.map(({ body }) => (JSON.parse(body) as { user_id: string }).user_id);

  it("is tried until it works, with the same id each time", async () => {
    receiver.answers.unshift({ status: 500 }, { status: 503 });
    const world = await open(await database.open(), [hookTo(receiver.url)]);
    world.deliverer.start();
    world.outbox.put(userEvent(1));
    await until(async () => (await delivered(world)).length === 1, 5);
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(await delivered(world)).toMatchObject([{ attempts: 3, lastCode: 204, lastProblem: null }]);
  });

  it("goes only to the hooks that want it, and is told to each of them", async () => {
    const hooks = [
      hookTo(receiver.url, { name: "users", events: ["gateway.user.*"] }),
      hookTo(receiver.url, { name: "keys", events: ["gateway.api_key.*"] }),
      hookTo(receiver.url, { name: "all" }),
    ];
    const world = await open(await database.open(), hooks);
    world.deliverer.start();
    world.outbox.put(userEvent(1));
    await until(async () => (await delivered(world)).length === 2, 5);
    expect((await delivered(world)).map(({ hook }) => hook).sort()).toEqual(["all", "users"]);
    const page = await world.rows.list({ hook: "all", type: "gateway.user.*", limit: 5 });
    expect(page).toHaveLength(1);
    expect(await world.rows.list({ type: "gateway_user.*", limit: 5 })).toEqual([]);
  });

  it("waits for an earlier one about the same user, and for nobody else's", async () => {
    const world = await open(await database.open(), [hookTo(receiver.url)]);
    receiver.answers.unshift({ status: 500 }, { status: 204 });
    world.outbox.put(userEvent(1));
    world.outbox.put(userEvent(1, "gateway.user.updated"));
    world.outbox.put(userEvent(1, "gateway.user.deleted"));
    world.outbox.put(userEvent(2));
    await world.outbox.flush();
    world.deliverer.start();
    await until(async () => (await delivered(world)).length === 4, 5);
    const ofFirst = receiver.received
      .map(({ body }) => JSON.parse(body) as { type: string; user_id: string })
      .filter(({ user_id }) => user_id === "1");
    const types = ofFirst.map(({ type }) => type);
    expect(types).toEqual(types.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    expect(usersTold()).toContain("2");
  });

  it("is shared by gateways on one database, each made once", async () => {
    const hooks = [hookTo(receiver.url)];
    const [one, two] = [await open(await database.open(), hooks), await open(await database.open(), hooks)];
    one.deliverer.start();
    two.deliverer.start();
    for (let user = 0; user < 100; user++) (user % 2 ? one : two).outbox.put(userEvent(user));
    await until(async () => (await delivered(one)).length === 100, 10);
    expect(receiver.received).toHaveLength(100);
    expect(new Set(usersTold()).size).toBe(100);
  });

  it("that a gateway had begun when it died is made by another one", async () => {
    const hooks = [hookTo(receiver.url)];
    const first = await open(await database.open(), hooks);
    first.outbox.put(userEvent(1));
    await first.outbox.flush();
    const now = systemClock.nowUs();
    const claim = { hook: "ops", nowUs: now, untilUs: now + 3_600_000_000, limit: 5 };
    expect(await first.rows.claim({ ...claim, by: first.run.id })).toHaveLength(1);
    const second = await open(await database.open(), hooks);
    expect(await second.rows.claim({ ...claim, by: second.run.id })).toEqual([]);
    // As the next start writes it down.
    await first.run.stop();
    second.deliverer.start();
    await until(() => receiver.received.length === 1);
  });

  it("that never works is given up after its time, and can be made anew", async () => {
    receiver.answers[0] = { status: 500, body: "broken" };
    const log = recordingLogger();
    const world = await open(await database.open(), [hookTo(receiver.url, { retryForMs: 40 })], log);
    world.deliverer.start();
    world.outbox.put(userEvent(1));
    await until(async () => (await dead(world)).length === 1, 5);
    const [letter] = await dead(world);
    expect(letter).toMatchObject({ state: "dead", lastCode: 500, lastOutput: "broken", nextAtUs: null });
    expect(log.lines.filter(({ message }) => message.includes("given up"))).toHaveLength(1);
    receiver.answers[0] = { status: 200 };
    expect(await world.rows.replay({ id: letter?.id ?? 0 }, systemClock.nowUs())).toBe(1);
    expect(await world.rows.replay({ id: letter?.id ?? 0 }, systemClock.nowUs())).toBe(0);
    world.deliverer.wake();
    await until(async () => (await delivered(world)).length === 1, 5);
  });

  it("to a receiver that is gone stops the hook until it has another receiver", async () => {
    receiver.answers[0] = { status: 410 };
    const hook = hookTo(receiver.url);
    const world = await open(await database.open(), [hook]);
    world.deliverer.start();
    for (let user = 0; user < 9; user++) world.outbox.put(userEvent(user));
    await until(async () => (await dead(world)).length === 9, 5);
    expect(receiver.received.length).toBeLessThan(9);
    expect((await world.stops.read([hook])).get("ops")?.why).toMatch(/410/);
    expect((await world.stops.read([hookTo(`${receiver.url}/new`)])).size).toBe(0);
  });

  it("that is old and over is forgotten, one that waits is not", async () => {
    const world = await open(await database.open(), [hookTo(receiver.url)]);
    world.deliverer.start();
    world.outbox.put(userEvent(1));
    await until(async () => (await delivered(world)).length === 1, 5);
    const later = systemClock.nowUs() + 1;
    await world.rows.add([{ eventId: "e", eventType: "t", hook: "other", body: "{}", orderKey: null }], later);
    expect(await world.rows.prune({ deliveredUs: later + 1, deadUs: later + 1 })).toBe(1);
    expect(await world.rows.giveUp({ othersThan: ["ops"], beforeUs: later + 1 }, "no hook", later)).toBe(1);
    expect(await dead(world)).toMatchObject([{ hook: "other", lastProblem: "no hook" }]);
  });
});

const ORDER = ["gateway.user.provisioned", "gateway.user.updated", "gateway.user.deleted"];

describeOnBothDatabases("an outbox whose database does not take events", (database) => {
  it("says so once, keeps them, and writes them when it can", async () => {
    const store = await database.open();
    const log = recordingLogger();
    const world = await openHookWorld(store, [hookTo("http://127.0.0.1:1/")], log);
    await store.db.schema.alterTable("hook_deliveries").renameTo("taken_away").execute();
    world.outbox.put(userEvent(1));
    await world.outbox.flush();
    world.outbox.put(userEvent(2));
    await world.outbox.flush();
    expect(world.outbox.pending()).toBe(2);
    expect(log.lines.filter(({ message }) => message.includes("cannot be written"))).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain("1@x.example");
    await store.db.schema.alterTable("taken_away").renameTo("hook_deliveries").execute();
    await world.outbox.flush();
    expect(world.outbox.pending()).toBe(0);
    expect(await world.rows.list({ limit: 10 })).toHaveLength(2);
    await world.stop();
  });

  it("leaves out what no description allows, and what is not described", async () => {
    const log = recordingLogger();
    const world = await openHookWorld(await database.open(), [hookTo("http://127.0.0.1:1/")], log);
    const good = userEvent(1);
    world.outbox.put({ ...good, metadata: { ...good.metadata, prompt: "a planted prompt" } });
    world.outbox.put({ ...good, type: "gateway.user.updated", metadata: { email: 5 } });
    world.outbox.put({ ...good, type: "gateway.unheard.of" });
    await world.outbox.flush();
    const rows = await world.rows.list({ limit: 10 });
    expect(rows).toHaveLength(1);
    expect(rows[0]?.body).not.toContain("planted");
    expect(log.lines).toHaveLength(2);
    await world.stop();
  });
});
