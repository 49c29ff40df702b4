import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { ask, clientAs, newUser, rootClient } from "./admin-client.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

describe("users", () => {
  it("are listed with what they may do", async () => {
    const root = rootClient(gateway);
    const made = await root.call("createUser", { body: { email: " ann@example.com ", displayName: "Ann" } });
    expect(made).toMatchObject({
      email: "ann@example.com",
      displayName: "Ann",
      role: "gateway_user",
      status: "active",
    });
    expect(await root.call("listUsers")).toEqual(expect.arrayContaining([made]));
  });

  it("have one address each, and a real one", async () => {
    const root = rootClient(gateway);
    await root.call("createUser", { body: { email: "twice@example.com" } });
    await expect(root.call("createUser", { body: { email: "TWICE@example.com" } })).rejects.toMatchObject({
      status: 409,
    });
    await expect(root.call("createUser", { body: { email: "none" } })).rejects.toMatchObject({ status: 400 });
    const odd = { email: "x@example.com", role: "king" as "root_admin" };
    await expect(root.call("createUser", { body: odd })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("role"),
    });
  });

  it("that are suspended are turned away at once, with every key, and let in again", async () => {
    const { user, token } = await newUser(gateway, "coming@example.com", "gateway_user");
    const root = rootClient(gateway);
    expect((await ask(gateway, token)).status).toBe(200);
    await root.call("updateUser", { params: { id: user.id }, body: { status: "suspended" } });
    expect((await ask(gateway, token)).status).toBe(403);
    await expect(root.call("createUserKey", { params: { id: user.id }, body: { name: "x" } })).rejects.toMatchObject({
      status: 403,
    });
    await root.call("updateUser", { params: { id: user.id }, body: { status: "active" } });
    expect((await ask(gateway, token)).status).toBe(200);
  });

  it("that do not exist are 404, and what is no id 400", async () => {
    const root = rootClient(gateway);
    for (const [id, status] of [
      [9_999, 404],
      ["x", 400],
      ["1.5", 400],
      ["-1", 400],
    ] as const) {
      await expect(root.call("updateUser", { params: { id }, body: { status: "active" } })).rejects.toMatchObject({
        status,
      });
    }
    await expect(root.call("createUserKey", { params: { id: 9_999 }, body: { name: "x" } })).rejects.toMatchObject({
      status: 404,
    });
  });
});

describe("client keys", () => {
  it("work at once, are shown once, and end at once", async () => {
    const root = rootClient(gateway);
    const { user, key, token } = await newUser(gateway, "keys@example.com", "gateway_user");
    expect(token).toMatch(/^tok_[\w-]{43}$/);
    expect(key.prefix).toBe(token.slice(0, 12));
    expect((await ask(gateway, token)).status).toBe(200);
    const lists = [await root.call("listKeys"), await root.call("listUserKeys", { params: { id: user.id } })];
    for (const list of lists) {
      expect(list).toContainEqual(key);
      expect(JSON.stringify(list)).not.toContain(token);
    }
    const revoked = await root.call("revokeKey", { params: { id: key.id } });
    expect(revoked.revokedAtUs).toBeGreaterThan(key.createdAtUs);
    expect((await ask(gateway, token)).status).toBe(401);
  });

  it("keep name, scopes and the end of their time", async () => {
    const root = rootClient(gateway);
    const me = await root.call("whoAmI");
    const body = { name: "ci", scopes: ["chat", "embeddings"], ttlMs: 3_600_000 };
    const { key } = await root.call("createUserKey", { params: { id: me.id }, body });
    expect(key).toMatchObject({ name: "ci", scopes: ["chat", "embeddings"], userId: me.id });
    expect((key.expiresAtUs ?? 0) - key.createdAtUs).toBe(3_600_000_000);
  });

  it("refuse times and names that make no sense", async () => {
    const root = rootClient(gateway);
    for (const body of [
      { name: "" },
      { name: "x", ttlMs: 0 },
      { name: "x", ttlMs: 1.5 },
      { name: "x", ttlMs: 1e300 },
    ]) {
      await expect(root.call("createUserKey", { params: { id: 1 }, body })).rejects.toMatchObject({ status: 400 });
    }
  });
});

describe("an administrator who is no root", () => {
  it("cannot become one: by a new user, a key, or by taking one away", async () => {
    const { token } = await newUser(gateway, "climber@example.com", "gateway_admin");
    const admin = clientAs(gateway, token);
    const root = (await admin.call("listUsers")).find(({ role }) => role === "root_admin");
    const rootKey = (await admin.call("listKeys")).find(({ userId }) => userId === root?.id);
    const params = { id: root?.id ?? -1 };
    const attempts = [
      () => admin.call("createUser", { body: { email: "new-root@example.com", role: "root_admin" } }),
      () => admin.call("createUserKey", { params, body: { name: "x" } }),
      () => admin.call("updateUser", { params, body: { status: "suspended" } }),
      () => admin.call("revokeKey", { params: { id: rootKey?.id ?? -1 } }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ status: 403, code: "forbidden" });
    expect((await ask(gateway, gateway.key)).status).toBe(200);
    await admin.call("createUser", { body: { email: "peer@example.com", role: "gateway_admin" } });
  });
});
