import { expect, it } from "vitest";
import { createApiKeys } from "../../../src-gateway/auth/api-keys.ts";
import { createKeyHasher } from "../../../src-gateway/auth/key-hasher.ts";
import { createTeams } from "../../../src-gateway/auth/teams.ts";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import type { ErrorCode } from "../../../src-gateway/ir/errors.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

const refusal = (code: ErrorCode) => expect.objectContaining({ name: "GatewayError", code });

describeOnBothDatabases("changed users", (database) => {
  it("get another address, name and role", async () => {
    const users = createUsers(await database.open(), systemClock);
    const { id } = await users.create({ email: "ada@example.com" });
    await users.create({ email: "bob@example.com" });
    const change = { email: "ADA@work.example", displayName: "Ada", role: "gateway_admin" } as const;
    expect(await users.update(id, change)).toMatchObject({ ...change, email: "ada@work.example" });
    await expect(users.update(id, { email: "bob@example.com" })).rejects.toEqual(refusal("conflict"));
    await expect(users.update(id, { email: "none" })).rejects.toEqual(refusal("invalid_request"));
    await expect(users.update(999, { displayName: "x" })).rejects.toEqual(refusal("not_found"));
    // One's own name and address are one's own.
    expect(await users.update(id, { displayName: "A." }, id)).toMatchObject({ displayName: "A." });
  });

  it("never take their own access away", async () => {
    const users = createUsers(await database.open(), systemClock);
    const one = await users.create({ email: "one@example.com", role: "root_admin" });
    await users.create({ email: "two@example.com", role: "root_admin" });
    const attempts = [
      () => users.update(one.id, { status: "suspended" }, one.id),
      () => users.update(one.id, { role: "gateway_user" }, one.id),
      () => users.remove(one.id, { by: one.id }),
      () => users.remove(one.id, { by: one.id, isHard: true }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toEqual(refusal("conflict"));
    expect(await users.find(one.id)).toMatchObject({ role: "root_admin", status: "active" });
  });

  it("leave one active root admin, whoever of twenty tries what at the same moment", async () => {
    const stores = [await database.open(), await database.open()];
    const all = stores.map((store) => createUsers(store, systemClock));
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, n) => all[n % 2]!.create({ email: `root${n}@example.com`, role: "root_admin" })),
    );
    const attempts = Array.from({ length: 20 }, (_, n) => {
      const users = all[n % 2]!;
      const { id } = made[n % made.length]!;
      if (n % 3 === 0) return users.setStatus(id, "suspended");
      return n % 3 === 1 ? users.update(id, { role: "gateway_user" }) : users.remove(id, { isHard: n % 2 === 0 });
    });
    const results = await Promise.allSettled(attempts);
    const reasons = results.flatMap((each) => (each.status === "rejected" ? [each.reason as { code: string }] : []));
    expect(reasons.every(({ code }) => code === "conflict" || code === "not_found")).toBe(true);
    const left = (await all[0]!.list()).filter(({ role, status }) => role === "root_admin" && status === "active");
    expect(left).toHaveLength(1);
  });

  it("that are deleted are gone with their keys, and their address is free", async () => {
    const store = await database.open();
    const users = createUsers(store, systemClock);
    const keys = createApiKeys(store, createKeyHasher("s".repeat(32)), systemClock);
    const ada = await users.create({ email: "ada@example.com" });
    const { key } = await keys.create({ userId: ada.id, name: "laptop" });
    expect(await users.remove(ada.id)).toMatchObject({ user: { email: "ada@example.com" }, apiKeyIds: [key.id] });
    expect(await users.find(ada.id)).toBeNull();
    expect(await keys.find(key.id)).toMatchObject({ revokeReason: "its user was deleted" });
    await expect(users.remove(ada.id)).rejects.toEqual(refusal("not_found"));
    expect((await users.create({ email: "ada@example.com" })).id).not.toBe(ada.id);
  });

  it("that are erased leave nothing personal behind, also when they were deleted before", async () => {
    const store = await database.open();
    const users = createUsers(store, systemClock);
    const keys = createApiKeys(store, createKeyHasher("s".repeat(32)), systemClock);
    const ada = await users.create({ email: "ada.lovelace@example.com", displayName: "Ada Lovelace" });
    const { key } = await keys.create({ userId: ada.id, name: "Ada's laptop", addresses: ["10.1.2.3"] });
    await keys.rotate(key.id, 60_000);
    await users.remove(ada.id);
    await users.remove(ada.id, { isHard: true });
    await expect(users.remove(ada.id, { isHard: true })).rejects.toEqual(refusal("not_found"));
    const rows = [
      await store.db.selectFrom("users").selectAll().execute(),
      await store.db.selectFrom("api_keys").selectAll().execute(),
      await store.db.selectFrom("api_key_secrets").selectAll().execute(),
    ];
    expect(JSON.stringify(rows)).not.toMatch(/lovelace|laptop|10\.1\.2\.3/i);
    expect(JSON.stringify(rows)).not.toContain(key.prefix);
    expect(JSON.stringify(rows)).not.toContain(ada.uuid);
    expect(rows[0]).toMatchObject([{ id: ada.id }]);
  });

  it("are found by what is asked, page by page", async () => {
    const store = await database.open();
    const users = createUsers(store, systemClock);
    const teams = createTeams(store, systemClock);
    const ada = await users.create({ email: "ada@example.com", displayName: "50% Ada", role: "gateway_admin" });
    const bob = await users.create({ email: "bob@example.com", displayName: "Bob" });
    const team = await teams.create("Data");
    await teams.setMember(team.id, bob.id, "member");
    await users.setStatus(bob.id, "suspended");
    const ids = async (filter: Parameters<typeof users.list>[0]) => (await users.list(filter)).map(({ id }) => id);
    expect(await ids({ q: "BOB" })).toEqual([bob.id]);
    expect(await ids({ q: "50%" })).toEqual([ada.id]);
    expect(await ids({ q: "5_%" })).toEqual([]);
    expect(await ids({ role: "gateway_admin" })).toEqual([ada.id]);
    expect(await ids({ status: "suspended" })).toEqual([bob.id]);
    expect(await ids({ teamId: team.id })).toEqual([bob.id]);
    expect(await ids({ limit: 1 })).toEqual([ada.id]);
    expect(await ids({ limit: 1, afterId: ada.id })).toEqual([bob.id]);
  });
});
