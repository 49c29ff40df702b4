import { afterEach, expect, it } from "vitest";
import { GatewayError } from "../../../src-gateway/ir/errors.ts";
import { createStoredResponses } from "../../../src-gateway/responses-state/stored-responses.ts";
import type { ResponseEntry, StoredResponses } from "../../../src-gateway/responses-state/types.ts";
import { createResponseRepository, type ResponseRepository } from "../../../src-gateway/store/stored-responses.ts";
import { describeOnBothDatabases, describeOnSqlite, type TestDatabase } from "../../suites/store.suite.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const DAY_US = 86_400_000_000;
const opened: StoredResponses[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((responses) => responses.stop()));
});

interface World {
  responses: StoredResponses;
  repository: ResponseRepository;
  log: ReturnType<typeof recordingLogger>;
  time: { us: number };
}

async function openWorld(
  database: TestDatabase,
  changes: { keepDays?: number; maxHistory?: number; maxWaiting?: number } = {},
  wrap: (repository: ResponseRepository) => ResponseRepository = (repository) => repository,
): Promise<World> {
  const repository = wrap(createResponseRepository(await database.open()));
  const log = recordingLogger();
  const time = { us: 1_795_219_200_000_000 };
  const responses = createStoredResponses({
    repository,
    log,
    clock: { nowUs: () => time.us },
    keepDays: 30,
    maxHistory: 1_000_000,
    ...changes,
  });
  opened.push(responses);
  return { responses, repository, log, time };
}

const entry = (id: string, changes: Partial<ResponseEntry> = {}): ResponseEntry => ({
  id,
  owner: "1",
  previousId: null,
  model: "m",
  provider: "p",
  items: `{"role":"user","content":"ask ${id}"}`,
  response: JSON.stringify({ id, output: [{ type: "message", content: `say ${id}` }], model: "m" }),
  ...changes,
});

const asked = (id: string): string => `{"role":"user","content":"ask ${id}"}`;
const said = (id: string): string => `{"type":"message","content":"say ${id}"}`;

describeOnBothDatabases("what a client can go on from", (database) => {
  it("is there at once, and is the same when it was written", async () => {
    const { responses } = await openWorld(database);
    responses.save(entry("a"));
    responses.save(entry("b", { previousId: "a" }));
    responses.save(entry("c", { previousId: "b", items: null }));
    const whole = [asked("a"), said("a"), asked("b"), said("b"), said("c")];
    expect(await responses.history("c", "1")).toEqual(whole);
    expect(await responses.get("c", "1")).toBe(entry("c").response);
    await responses.stop();
    const again = await openWorld(database);
    expect(await again.responses.history("c", "1")).toEqual(whole);
    expect(await again.responses.get("b", "1")).toBe(entry("b").response);
    // One that is written and one that is not.
    again.responses.save(entry("d", { previousId: "c" }));
    expect(await again.responses.history("d", "1")).toEqual([...whole, asked("d"), said("d")]);
  });

  it("is nobody else's, written or not", async () => {
    const { responses } = await openWorld(database);
    responses.save(entry("a"));
    const look = async (): Promise<unknown[]> => [
      await responses.history("a", "2"),
      await responses.get("a", "2"),
      await responses.inputItems("a", "2", { limit: 20, after: null, order: "desc" }),
      await responses.delete("a", "2"),
    ];
    expect(await look()).toEqual([null, null, null, false]);
    await responses.stop();
    expect(await look()).toEqual([null, null, null, false]);
    expect(await responses.get("a", "1")).toBe(entry("a").response);
  });

  it("is gone once it was deleted, even before it was written", async () => {
    const { responses } = await openWorld(database);
    responses.save(entry("a"));
    expect(await responses.delete("a", "1")).toBe(true);
    expect(await responses.get("a", "1")).toBeNull();
    expect(await responses.history("a", "1")).toBeNull();
    expect(await responses.delete("a", "1")).toBe(false);
  });

  it("is kept for as long as is wanted, and longer while somebody goes on from it", async () => {
    const { responses, time } = await openWorld(database);
    responses.save(entry("a"));
    await responses.stop();
    time.us += 29 * DAY_US;
    const later = await openWorld(database);
    later.time.us = time.us;
    later.responses.save(entry("b", { previousId: "a" }));
    await later.responses.stop();
    later.time.us += 2 * DAY_US;
    expect(await later.responses.get("a", "1")).toBeNull();
    expect(await later.responses.history("b", "1")).toEqual([asked("a"), said("a"), asked("b"), said("b")]);
  });
});

describeOnSqlite("keeping responses", (database) => {
  it("drops what has expired when a gateway starts", async () => {
    const first = await openWorld(database);
    first.time.us -= 31 * DAY_US;
    for (let n = 0; n < 250; n++) first.responses.save(entry(`old-${n}`));
    await first.responses.stop();
    const store = await database.open();
    const count = async (): Promise<number> =>
      Number(
        (
          await store.db
            .selectFrom("stored_responses")
            .select((row) => row.fn.countAll().as("n"))
            .execute()
        )[0]?.n,
      );
    expect(await count()).toBe(250);
    await openWorld(database);
    await expect.poll(count).toBe(0);
  });

  it("can be switched off", async () => {
    const { responses } = await openWorld(database, { keepDays: 0 });
    responses.save(entry("a"));
    expect(await responses.get("a", "1")).toBeNull();
  });

  it("refuses a history that no request could carry", async () => {
    const { responses } = await openWorld(database, { maxHistory: 250 });
    responses.save(entry("a"));
    responses.save(entry("b", { previousId: "a" }));
    responses.save(entry("c", { previousId: "b" }));
    expect(await responses.history("b", "1")).toHaveLength(4);
    const refusal = { code: "body_too_large", param: "previous_response_id" };
    await expect(responses.history("c", "1")).rejects.toMatchObject(refusal);
    await responses.stop();
    await expect(responses.history("c", "1")).rejects.toBeInstanceOf(GatewayError);
    expect(await responses.history("b", "1")).toHaveLength(4);
  });

  it("never writes an answer before the one that it goes on from", async () => {
    const order: string[] = [];
    const { responses } = await openWorld(database, {}, (real) => ({
      ...real,
      async insert(row) {
        if (row.id === "a") await new Promise((resolve) => setImmediate(resolve));
        order.push(row.id);
        await real.insert(row);
      },
    }));
    responses.save(entry("a"));
    responses.save(entry("b", { previousId: "a" }));
    await responses.stop();
    expect(order).toEqual(["a", "b"]);
  });

  it("says so when the database does not take an answer, and goes on", async () => {
    const { responses, log } = await openWorld(database, {}, (real) => ({
      ...real,
      insert: (row) => (row.id === "a" ? Promise.reject(new Error("disk full")) : real.insert(row)),
    }));
    responses.save(entry("a"));
    responses.save(entry("b", { previousId: "a" }));
    await responses.stop();
    expect(log.text()).toContain("could not be stored");
    expect(log.text()).not.toContain("ask a");
    // What has lost its beginning is not answered without it.
    expect(await responses.history("b", "1")).toBeNull();
    expect(await responses.get("b", "1")).toBe(entry("b").response);
  });

  it("holds a bounded amount for a database that is behind", async () => {
    const gate = Promise.withResolvers<void>();
    const { responses, log } = await openWorld(database, { maxWaiting: 250 }, (real) => ({
      ...real,
      insert: (row) => gate.promise.then(() => real.insert(row)),
    }));
    responses.save(entry("a"));
    responses.save(entry("b"));
    responses.save(entry("c"));
    expect(await responses.get("b", "1")).toBe(entry("b").response);
    expect(await responses.get("c", "1")).toBeNull();
    expect(log.text()).toContain("the database is behind");
    gate.resolve();
    await responses.stop();
    expect(await responses.get("a", "1")).toBe(entry("a").response);
  });
});
