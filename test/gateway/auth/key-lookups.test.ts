import type { KyselyPlugin } from "kysely";
import { afterEach, expect, it } from "vitest";
import { createApiKeys } from "../../../src-gateway/auth/api-keys.ts";
import { createKeyHasher, newToken } from "../../../src-gateway/auth/key-hasher.ts";
import { createKeyLookups, type KeyLookupOptions } from "../../../src-gateway/auth/key-lookups.ts";
import { createKeyRing, type KeyRingOptions } from "../../../src-gateway/auth/key-ring.ts";
import { createProjects } from "../../../src-gateway/auth/projects.ts";
import { readKeys } from "../../../src-gateway/auth/read-keys.ts";
import { createTeams } from "../../../src-gateway/auth/teams.ts";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import { type Clock, systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, type TestDatabase } from "../../suites/store.suite.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { until } from "../../support/until.ts";

const GOOD_MS = 2_000;
const hasher = createKeyHasher("a secret for tests");
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A database whose queries are counted, and can be made to fail or to wait, under a clock that is moved by hand. */
async function open(database: TestDatabase) {
  const store = await database.open();
  let nowMs = 10_000;
  const clock: Clock = { ...systemClock, monotonicUs: () => nowMs * 1000 };
  const on = { queries: 0, isDown: false, result: async (): Promise<void> => {} };
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      on.queries++;
      return node;
    },
    async transformResult({ result }) {
      await on.result();
      if (on.isDown) throw new Error("the database is down");
      return result;
    },
  };
  const seen: Store = { ...store, db: store.db.withPlugin(plugin) };
  const { id: userId } = await createUsers(store, systemClock).create({ email: "ada@example.com" });
  return {
    store,
    on,
    userId,
    keys: createApiKeys(store, hasher, systemClock),
    pass: (ms: number) => void (nowMs += ms),
    lookups(options: Partial<KeyLookupOptions> = {}) {
      const lookups = createKeyLookups(seen, hasher, {
        clock,
        goodForMs: GOOD_MS,
        onRead() {},
        onFound: async () => {},
        ...options,
      });
      stops.push(() => lookups.stop());
      return lookups;
    },
    ring(options: Partial<KeyRingOptions> = {}) {
      const ring = createKeyRing(seen, hasher, { clock, log: silentLogger, maxInMemory: 0, ...options });
      stops.push(() => ring.stop());
      return ring;
    },
  };
}

describeOnBothDatabases("keys that are looked up", (database) => {
  it("say the same of each key as when all are read", async () => {
    const { store, keys, userId } = await open(database);
    const users = createUsers(store, systemClock);
    const teams = createTeams(store, systemClock);
    const [data, other] = [await teams.create("Data"), await teams.create("Other")];
    const project = await createProjects(store, systemClock).create({ name: "search" });
    const { id: bob } = await users.create({ email: "bob@example.com" });
    await teams.setMember(data.id, userId, "member");
    for (const { id } of [other, data]) await teams.setMember(id, bob, "member");
    const made = [
      await keys.create({ userId, name: "plain", scopes: ["chat"] }),
      await keys.create({ userId: bob, name: "of a project", projectId: project.id, teamId: other.id }),
      await keys.create({ userId: bob, name: "names a team", scopes: ["team:dAtA"] }),
      await keys.create({ userId: bob, name: "names none that is", scopes: ["team:Nowhere"] }),
      await keys.create({ name: "the team's", teamId: other.id, limits: { requestsPerMinute: 3 } }),
    ];
    const [first] = made;
    if (first) made.push(await keys.rotate(first.key.id, 60_000), await keys.rotate(first.key.id, 90_000));
    const revoked = await keys.create({ userId: bob, name: "revoked" });
    await keys.revoke(revoked.key.id, "lost");
    made.push(revoked);
    const all = await readKeys(store, hasher);
    expect(all.size).toBe(made.length);
    for (const { token } of made) {
      const hash = hasher.hash(token);
      expect((await readKeys(store, hasher, [hash])).get(hash)).toEqual(all.get(hash));
    }
    const hashes = made.map(({ token }) => hasher.hash(token));
    expect(await readKeys(store, hasher, hashes)).toEqual(all);
    expect(await readKeys(store, hasher, [hasher.hash(newToken())])).toEqual(new Map());
  });

  it("are read together, and once for as long as they are good", async () => {
    const { keys, on, userId, lookups, pass } = await open(database);
    const made = [await keys.create({ userId, name: "a" }), await keys.create({ userId, name: "b" })];
    const wrong = newToken();
    const looked = lookups();
    const tokens = [...made.map(({ token }) => token), wrong];
    expect(tokens.map((token) => looked.find(token))).toEqual([undefined, undefined, undefined]);
    await Promise.all(tokens.map(async (token) => looked.recall(token)));
    const { queries } = on;
    expect(queries).toBeLessThan(6);
    pass(GOOD_MS / 2 - 1);
    expect(tokens.map((token) => looked.recall(token))).toEqual([null, null, null]);
    expect(tokens.map((token) => looked.find(token)?.principal.keyName)).toEqual(["a", "b", undefined]);
    expect(looked.find(wrong)).toBeNull();
    expect(on.queries).toBe(queries);
    pass(GOOD_MS);
    expect(looked.recall(wrong)).not.toBeNull();
  });

  it("are read anew behind the requests of those who come again", async () => {
    const { keys, userId, lookups, pass } = await open(database);
    const { key, token } = await keys.create({ userId, name: "a" });
    const looked = lookups();
    await looked.recall(token);
    await keys.revoke(key.id);
    pass(GOOD_MS / 2);
    expect(looked.recall(token)).toBeNull();
    expect(looked.find(token)?.revoked).toBeNull();
    await until(() => looked.find(token)?.revoked !== null);
  });

  it("are bounded, and wrong ones push out nobody who is known", async () => {
    const { keys, userId, lookups } = await open(database);
    const looked = lookups({ maxKnown: 2, maxUnknown: 2 });
    const tokens: string[] = [];
    for (const name of ["a", "b", "c"]) tokens.push((await keys.create({ userId, name })).token);
    for (const token of tokens) await looked.recall(token);
    for (let n = 0; n < 10; n++) await looked.recall(newToken());
    expect(tokens.map((token) => looked.find(token)?.principal.keyName)).toEqual([undefined, "b", "c"]);
  });

  it("are read once more when something was changed here meanwhile", async () => {
    const { keys, on, userId, lookups } = await open(database);
    const { key, token } = await keys.create({ userId, name: "a" });
    const looked = lookups();
    on.result = async () => {
      on.result = async () => {};
      await keys.revoke(key.id);
      looked.forget();
    };
    await looked.recall(token);
    expect(looked.find(token)?.revoked).not.toBeNull();
  });

  it("go on while the database cannot be read, nobody else is let in, and the log says so once", async () => {
    const { keys, on, userId, ring, pass } = await open(database);
    const [known, other] = [await keys.create({ userId, name: "a" }), await keys.create({ userId, name: "b" })];
    const log = recordingLogger();
    const looked = ring({ log });
    await looked.reload();
    await looked.recall(known.token);
    on.isDown = true;
    for (let n = 0; n < 3; n++) {
      pass(GOOD_MS);
      await looked.recall(known.token);
      expect(looked.authenticate(known.token).keyName).toBe("a");
      await looked.recall(other.token);
      expect(() => looked.authenticate(other.token)).toThrow(expect.objectContaining({ code: "overloaded" }));
    }
    expect(log.lines.map(({ level }) => level)).toEqual(["warn"]);
    on.isDown = false;
    await looked.recall(other.token);
    expect(looked.authenticate(other.token).keyName).toBe("b");
    expect(log.lines.map(({ level }) => level)).toEqual(["warn", "info"]);
  });

  it("tell of limits before the first request of a key that has any", async () => {
    const { keys, userId, ring } = await open(database);
    const free = await keys.create({ userId, name: "a" });
    const limited = await keys.create({ userId, name: "b", limits: { requestsPerMinute: 1 } });
    const looked = ring();
    await looked.reload();
    const told: boolean[] = [];
    looked.onLoad(async () => {
      await Promise.resolve();
      told.push(looked.hasLimits());
    });
    await looked.recall(free.token);
    expect([looked.hasLimits(), told]).toEqual([false, []]);
    await looked.recall(limited.token);
    expect([looked.hasLimits(), told]).toEqual([true, [true]]);
    await looked.reload();
    expect(looked.hasLimits()).toBe(true);
  });

  it("begin when there are more than memory should hold", async () => {
    const { keys, userId, ring } = await open(database);
    const first = await keys.create({ userId, name: "a" });
    const looked = ring({ maxInMemory: 1 });
    await looked.reload();
    expect([looked.isOnDemand(), looked.recall(first.token)]).toEqual([false, null]);
    const second = await keys.create({ userId, name: "b" });
    await looked.reload();
    expect(looked.isOnDemand()).toBe(true);
    for (const { token, key } of [first, second]) {
      await looked.recall(token);
      expect(looked.authenticate(token).apiKeyId).toBe(key.id);
    }
  });
});
