import { expect, it } from "vitest";
import { createAuditLog } from "../../../src-gateway/audit/audit-log.ts";
import type { AuditLog, NewAct, RecordedAct } from "../../../src-gateway/audit/types.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

const PLANTED = "planted-secret-7431";

const act = (action: string, more: Partial<NewAct> = {}): NewAct => ({
  action,
  target: { kind: action.split(".")[0] ?? "", id: "7", name: "ann@example.com" },
  before: null,
  after: null,
  actor: { userId: 1, email: "root@example.com", apiKeyId: null, via: "session" },
  address: "192.0.2.7",
  requestId: "req_1",
  ...more,
});

describeOnBothDatabases("the audit log", (database) => {
  let nowUs = 1_000_000;
  const open = async (): Promise<{ log: AuditLog; store: Store }> => {
    const store = await database.open();
    const log = createAuditLog(store, {
      clock: { nowUs: () => nowUs, monotonicUs: () => nowUs },
      log: silentLogger,
      redact: (text) => text.replaceAll(PLANTED, "[hidden]"),
    });
    return { log, store };
  };
  const namesOf = (acts: RecordedAct[]): string[] => acts.map(({ action }) => action);

  it("gives back what was recorded, the newest first, and finds it by each filter", async () => {
    const { log } = await open();
    const made = await log.record(act("user.create", { after: { role: "gateway_user", name: "\u0000\ud800 é" } }));
    expect(made).toMatchObject({ id: 1, atUs: nowUs });
    nowUs += 10;
    await log.record(act("user.update", { before: { role: "gateway_user" }, after: { role: "gateway_admin" } }));
    await log.record(
      act("api_key.revoke", {
        target: { kind: "api_key", id: "9", name: null },
        actor: { userId: null, email: null, apiKeyId: null, via: "local" },
      }),
    );
    const page = { limit: 10 };
    expect(namesOf(await log.list({}, page))).toEqual(["api_key.revoke", "user.update", "user.create"]);
    expect(namesOf(await log.list({}, { limit: 1, beforeId: 3 }))).toEqual(["user.update"]);
    expect(namesOf(await log.list({ action: "user.*" }, page))).toEqual(["user.update", "user.create"]);
    expect(namesOf(await log.list({ action: "use_.*" }, page))).toEqual([]);
    expect(namesOf(await log.list({ action: "user.create" }, page))).toEqual(["user.create"]);
    expect(namesOf(await log.list({ actorUserId: 1, toUs: nowUs }, page))).toEqual(["user.create"]);
    expect(namesOf(await log.list({ targetKind: "api_key", targetId: "9" }, page))).toEqual(["api_key.revoke"]);
    expect(namesOf(await log.list({ actorEmail: "root@example.com", fromUs: nowUs }, page))).toEqual(["user.update"]);
    const [second] = await log.list({ action: "user.update" }, page);
    expect(second).toMatchObject({
      before: { role: "gateway_user" },
      after: { role: "gateway_admin" },
      requestId: "req_1",
    });
    const oldestFirst: number[] = [];
    for await (const { id } of log.all({})) oldestFirst.push(id);
    expect(oldestFirst).toEqual([1, 2, 3]);
  });

  it("keeps no secret: neither a known one nor what stands under a secret's name", async () => {
    const { log, store } = await open();
    await log.record(
      act("provider.update", {
        target: { kind: "provider", id: "acme", name: `acme ${PLANTED}` },
        before: { nested: [{ clientSecret: "hunter2-hunter2", apiKeyId: 4, note: `it is ${PLANTED}` }] },
        after: { token: "abc", [PLANTED]: 1, tokens: 12, key: { prefix: "tok_abc" } },
      }),
    );
    const text = JSON.stringify(await store.db.selectFrom("audit_log").selectAll().execute());
    expect(text).not.toContain(PLANTED);
    expect(text).not.toContain("hunter2");
    expect(await log.list({}, { limit: 1 })).toMatchObject([
      {
        before: { nested: [{ clientSecret: "[hidden]", apiKeyId: 4, note: "it is [hidden]" }] },
        after: { token: "[hidden]", tokens: 12, key: { prefix: "tok_abc" } },
      },
    ]);
  });

  it("makes one chain of what several gateways record at once", async () => {
    const gateways = await Promise.all([open(), open(), open()]);
    const recorded = await Promise.all(
      gateways.flatMap(({ log }, which) => [0, 1, 2, 3].map((turn) => log.record(act(`user.update${which}${turn}`)))),
    );
    expect(recorded.map(({ id }) => id).sort((a, b) => a - b)).toEqual(recorded.map((_act, place) => place + 1));
    expect(await gateways[0]?.log.verify()).toMatchObject({ acts: 12, isIntact: true, firstWrong: null });
  });

  it("shows what somebody changed, removed or added by hand", async () => {
    const { log, store } = await open();
    for (const action of ["a.a", "b.b", "c.c", "d.d"]) await log.record(act(action));
    const { head } = await log.verify();
    expect(head?.id).toBe(4);
    await store.db.updateTable("audit_log").set({ actor_email: "other@example.com" }).where("id", "=", 2).execute();
    expect(await log.verify()).toMatchObject({ isIntact: false, firstWrong: 2 });
    await store.db.updateTable("audit_log").set({ actor_email: "root@example.com" }).where("id", "=", 2).execute();
    expect(await log.verify()).toMatchObject({ isIntact: true, head });
    await store.db.deleteFrom("audit_log").where("id", "=", 1).execute();
    expect(await log.verify()).toMatchObject({ isIntact: false, firstWrong: 2 });
    await store.db.deleteFrom("audit_log").where("id", "=", 3).execute();
    expect((await log.verify()).isIntact).toBe(false);
  });

  it("removes what is too old, says so, and stays whole", async () => {
    const { log } = await open();
    await log.record(act("a.a"));
    await log.record(act("b.b"));
    nowUs += 1000;
    await log.record(act("c.c"));
    expect(await log.prune(nowUs)).toBe(2);
    expect(await log.prune(nowUs)).toBe(0);
    expect(namesOf(await log.list({}, { limit: 9 }))).toEqual(["audit.prune", "c.c"]);
    expect(await log.verify()).toMatchObject({ isIntact: true, acts: 2 });
    nowUs += 1000;
    expect(await log.prune(nowUs)).toBe(2);
    expect(await log.verify()).toMatchObject({ isIntact: true, acts: 1 });
  });

  it("tells those who watch, and goes on when one of them fails", async () => {
    const { log } = await open();
    const seen: number[] = [];
    log.watch(() => {
      throw new Error("not me");
    });
    const end = log.watch(({ id }) => void seen.push(id));
    await log.record(act("a.a"));
    end();
    await log.record(act("b.b"));
    expect(seen).toEqual([1]);
  });
});
