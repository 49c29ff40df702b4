import { expect, it } from "vitest";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import type { ErrorCode } from "../../../src-gateway/ir/errors.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

const refusal = (code: ErrorCode) => expect.objectContaining({ name: "GatewayError", code });

describeOnBothDatabases("users", (database) => {
  it("are made, listed and found by id or address, whatever its case", async () => {
    const users = createUsers(await database.open(), systemClock);
    const user = await users.create({ email: " Ada@Example.COM ", displayName: "Ada" });
    expect(user).toMatchObject({
      email: "ada@example.com",
      displayName: "Ada",
      role: "gateway_user",
      status: "active",
    });
    expect(user.uuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(user.createdAtUs - systemClock.nowUs())).toBeLessThan(60_000_000);
    expect(await users.list()).toEqual([user]);
    expect(await users.find(user.id)).toEqual(user);
    expect(await users.find("ADA@example.com")).toEqual(user);
    expect(await users.find("nobody@example.com")).toBeNull();
    expect(await users.find(999)).toBeNull();
  });

  it("have an address each, also when two are made at the same moment", async () => {
    const [one, two] = [await database.open(), await database.open()].map((store) => createUsers(store, systemClock));
    const results = await Promise.allSettled([
      one!.create({ email: "ada@example.com" }),
      two!.create({ email: "ADA@example.com" }),
    ]);
    const rejected = results.filter((result) => result.status === "rejected");
    expect(rejected.map(({ reason }) => reason as unknown)).toEqual([refusal("conflict")]);
    expect(await one!.list()).toHaveLength(1);
  });

  it("need an address that is one, and a role that exists", async () => {
    const users = createUsers(await database.open(), systemClock);
    const wrong = [
      "",
      "ada",
      "@example.com",
      "ada@",
      "a b@example.com",
      "ada@exa mple.com",
      "ada@@example.com",
      "a..b@example.com",
    ];
    wrong.push(
      "ada@example..com",
      "ada@-example.com",
      "<ada@example.com>",
      "ada@example.com\n.evil",
      "ada\u0000@example.com",
      `${"a".repeat(65)}@example.com`,
    );
    const answers = await Promise.all(wrong.map((email) => users.create({ email }).catch((error: unknown) => error)));
    expect(answers).toEqual(wrong.map(() => refusal("invalid_request")));
    for (const email of ["admin@local", "ada+tag@mail.example.co.uk", "o'neil@example.com", "jürgen@müller.example"]) {
      expect((await users.create({ email })).email).toBe(email);
    }
    await expect(users.create({ email: "x@example.com", role: "emperor" as never })).rejects.toEqual(
      refusal("invalid_request"),
    );
  });

  it("include one root admin, made once by however many starts", async () => {
    const stores = await Promise.all([database.open(), database.open(), database.open()]);
    const made = await Promise.all(
      stores.map((store) => createUsers(store, systemClock).ensureRootAdmin("admin@local")),
    );
    expect(new Set(made.map(({ user }) => user.id)).size).toBe(1);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    const again = await createUsers(stores[0], systemClock).ensureRootAdmin("other@local");
    expect(again).toEqual({ user: made[0]?.user, created: false });
  });

  it("are suspended and made active again", async () => {
    const users = createUsers(await database.open(), systemClock);
    const { id } = await users.create({ email: "ada@example.com" });
    expect((await users.setStatus(id, "suspended")).status).toBe("suspended");
    expect((await users.find(id))?.status).toBe("suspended");
    expect((await users.setStatus(id, "active")).status).toBe("active");
    await expect(users.setStatus(999, "suspended")).rejects.toEqual(refusal("not_found"));
    await expect(users.setStatus(id, "sleepy" as never)).rejects.toEqual(refusal("invalid_request"));
  });

  it("never lose the last active root admin", async () => {
    const users = createUsers(await database.open(), systemClock);
    const { user: root } = await users.ensureRootAdmin("admin@local");
    await expect(users.setStatus(root.id, "suspended")).rejects.toEqual(refusal("conflict"));
    const second = await users.create({ email: "second@local", role: "root_admin" });
    expect((await users.setStatus(root.id, "suspended")).status).toBe("suspended");
    await expect(users.setStatus(second.id, "suspended")).rejects.toEqual(refusal("conflict"));
  });

  it("never lose the last two root admins to each other at the same moment", async () => {
    const stores = [await database.open(), await database.open()];
    const [one, two] = stores.map((store) => createUsers(store, systemClock));
    const first = await one!.create({ email: "first@local", role: "root_admin" });
    const second = await one!.create({ email: "second@local", role: "root_admin" });
    for (let round = 0; round < 10; round++) {
      await Promise.allSettled([one!.setStatus(first.id, "suspended"), two!.setStatus(second.id, "suspended")]);
      const active = (await one!.list()).filter(({ status }) => status === "active");
      expect(active).toHaveLength(1);
      await Promise.all([first, second].map(({ id }) => one!.setStatus(id, "active")));
    }
  });

  it("of the earlier gateway who were inactive are suspended, and an unknown role gives no rights", async () => {
    const store = await database.open();
    const users = createUsers(store, systemClock);
    const { id } = await users.create({ email: "ada@example.com" });
    await store.db.updateTable("users").set({ status: "inactive", role: "superuser" }).execute();
    expect(await users.find(id)).toMatchObject({ status: "suspended", role: "gateway_user" });
  });
});
