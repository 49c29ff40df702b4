import { beforeEach, describe, expect, it } from "vitest";
import { createSeal } from "../../../src-gateway/sign-in/seal.ts";
import { createSessions, type SessionLimits } from "../../../src-gateway/sign-in/sessions.ts";
import type { Sessions } from "../../../src-gateway/sign-in/types.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, type TestDatabase } from "../../suites/store.suite.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LIMITS: SessionLimits = { lifetimeMs: 12 * 3_600_000, idleMs: 4 * 3_600_000 };
const HOW = { method: "link", address: "203.0.113.9", userAgent: "Firefox/150.0" } as const;

describeOnBothDatabases("sessions", (database: TestDatabase) => {
  let nowUs = 1_700_000_000 * SECOND;
  const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
  const pass = (us: number): void => void (nowUs += us);
  const seal = createSeal("the same secret on every replica");
  let store: Store;
  let sessions: Sessions;
  const on = (other: Store, limits = LIMITS): Sessions => createSessions({ store: other, clock, seal, limits });
  beforeEach(async () => {
    store = await database.open();
    sessions = on(store);
  });
  const rows = () => store.db.selectFrom("sessions").selectAll().orderBy("id").execute();

  it("end after twelve hours, however often their token was renewed", async () => {
    let { token } = await sessions.start(7, HOW);
    const secondsLeft: number[] = [];
    for (let hours = 0; hours < 12; hours++) {
      const found = await sessions.find(token);
      expect(found?.userId).toBe(7);
      token = found?.renewed?.token ?? token;
      if (found?.renewed) secondsLeft.push(found.renewed.maxAgeSeconds);
      pass(HOUR);
    }
    expect(secondsLeft).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((hours) => hours * 3_600));
    expect(await sessions.find(token)).toBeNull();
  });

  it("end when nobody was seen for as long as the settings say", async () => {
    const { token } = await sessions.start(7, HOW);
    const { token: used } = await sessions.start(7, HOW);
    pass(3 * HOUR);
    const renewed = (await sessions.find(used))?.renewed?.token ?? "";
    pass(HOUR);
    expect(await sessions.find(token)).toBeNull();
    expect((await sessions.find(renewed))?.userId).toBe(7);
    expect(await sessions.list(7)).toHaveLength(1);
    const endless = on(store, { ...LIMITS, idleMs: 0 });
    expect((await endless.find(token))?.userId).toBe(7);
  });

  it("take the token before for a minute, for requests that were on their way, and renew it once", async () => {
    const { token } = await sessions.start(7, HOW);
    pass(HOUR);
    const renewed = (await sessions.find(token))?.renewed?.token ?? "";
    expect(renewed).not.toBe("");
    expect(await sessions.find(token)).toMatchObject({ userId: 7, renewed: null });
    pass(60 * SECOND);
    expect(await sessions.find(token)).toBeNull();
    expect((await sessions.find(renewed))?.userId).toBe(7);
  });

  it("are renewed by one of many requests at once, on whichever replica", async () => {
    const { token } = await sessions.start(7, HOW);
    pass(HOUR);
    const replicas = [sessions, on(await database.open())];
    const found = await Promise.all(Array.from({ length: 10 }, (_each, n) => replicas[n % 2]!.find(token)));
    expect(found.every((each) => each?.userId === 7)).toBe(true);
    const renewed = found.flatMap((each) => each?.renewed?.token ?? []);
    expect(renewed).toHaveLength(1);
    expect((await sessions.find(renewed[0]!))?.userId).toBe(7);
  });

  it("are those of every replica, survive a restart, and end everywhere at once", async () => {
    const { token } = await sessions.start(7, HOW);
    const { token: other } = await sessions.start(7, HOW);
    const { token: stranger } = await sessions.start(8, HOW);
    const replica = on(await database.open());
    expect((await replica.find(token))?.userId).toBe(7);
    await replica.end(token);
    expect(await sessions.find(token)).toBeNull();
    expect((await sessions.find(other))?.userId).toBe(7);
    expect(await replica.endAll(7)).toBe(1);
    expect(await sessions.find(other)).toBeNull();
    expect((await sessions.find(stranger))?.userId).toBe(8);
  });

  it("end with the token before their last, too", async () => {
    const { token } = await sessions.start(7, HOW);
    pass(HOUR);
    const renewed = (await sessions.find(token))?.renewed?.token ?? "";
    await sessions.end(token);
    expect(await sessions.find(token)).toBeNull();
    expect(await sessions.find(renewed)).toBeNull();
    expect(await sessions.end("unknown")).toBeNull();
    expect(await sessions.find("x".repeat(100_000))).toBeNull();
  });

  it("are listed with where they are, and are ended one by one by their own user only", async () => {
    await sessions.start(7, HOW);
    const oidc = { provider: "company", idToken: "header.planted-id-token.signature" };
    const { token } = await sessions.start(7, { ...HOW, method: "oidc", oidc, address: null, userAgent: null });
    const [newest, oldest] = await sessions.list(7);
    expect(newest).toMatchObject({ method: "oidc", provider: "company", address: null, userAgent: null });
    expect(oldest).toMatchObject({ method: "link", provider: null, address: "203.0.113.9", createdAtUs: nowUs });
    expect(await sessions.endOne(8, oldest!.id)).toBe(false);
    expect(await sessions.endOne(7, oldest!.id)).toBe(true);
    expect(await sessions.endOne(7, oldest!.id)).toBe(false);
    expect((await sessions.list(7)).map(({ id }) => id)).toEqual([newest!.id]);
    expect(await sessions.end(token)).toEqual({ userId: 7, oidc });
  });

  it("leave nothing in the database that opens one", async () => {
    const started = await sessions.start(7, {
      ...HOW,
      oidc: { provider: "company", idToken: "planted-id-token" },
    });
    pass(HOUR);
    const renewed = (await sessions.find(started.token))?.renewed?.token ?? "";
    const text = JSON.stringify(await rows());
    for (const secret of [started.token, renewed, "planted-id-token"]) expect(text).not.toContain(secret);
  });

  it("write when they were last seen, but not with each request", async () => {
    const { token } = await sessions.start(7, HOW);
    const startedUs = nowUs;
    pass(30 * SECOND);
    await sessions.find(token);
    expect((await rows())[0]?.last_seen_at).toBe(startedUs);
    pass(30 * SECOND);
    await sessions.find(token);
    expect((await rows())[0]?.last_seen_at).toBe(startedUs + MINUTE);
  });

  it("are swept out when they are over", async () => {
    const { token } = await sessions.start(7, HOW);
    expect(await sessions.isUntouched()).toBe(false);
    await sessions.start(7, HOW);
    await sessions.end(token);
    pass(12 * HOUR);
    await sessions.start(8, HOW);
    expect(await rows()).toHaveLength(1);
  });

  it("know whether anybody has ever signed in", async () => {
    expect(await sessions.isUntouched()).toBe(true);
    await sessions.start(7, HOW);
    expect(await sessions.isUntouched()).toBe(false);
    expect(await on(await database.open()).isUntouched()).toBe(false);
  });
});

describe("a seal", () => {
  it("opens what was closed with the same secret, and nothing that was changed", () => {
    const seal = createSeal("one secret");
    const closed = seal.close("what is inside");
    expect(seal.open(closed)).toBe("what is inside");
    expect(seal.close("what is inside")).not.toBe(closed);
    expect(createSeal("another secret").open(closed)).toBeNull();
    for (const bad of ["", "short", `${closed.slice(0, -4)}AAAA`, `A${closed}`]) expect(seal.open(bad)).toBeNull();
  });
});
