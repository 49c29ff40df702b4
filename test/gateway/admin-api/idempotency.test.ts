import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { newUser, rootClient } from "./admin-client.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const post = (path: string, body: object, key: string, token = gateway.key): Promise<Response> =>
  fetch(`${gateway.url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });

describe("an idempotency key", () => {
  it("has the same request answered again, and not done again", async () => {
    const first = await post("/admin/users", { email: "once@example.com" }, "key-once");
    const again = await post("/admin/users", { email: "once@example.com" }, "key-once");
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await again.text()).toBe(await first.text());
    const { items } = await rootClient(gateway).call("listActs");
    expect(items.filter(({ requestId }) => requestId === first.headers.get("x-request-id"))).toHaveLength(1);
    expect(items.filter(({ requestId }) => requestId === again.headers.get("x-request-id"))).toEqual([]);
  });

  it("makes one of many that arrive at once", async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => post("/admin/users", { email: "many@example.com" }, "key-many")),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(await Promise.all(replies.map((reply) => reply.text()))).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
  });

  it("is refused for another body and another path, and is another one for somebody else", async () => {
    await post("/admin/users", { email: "first@example.com" }, "key-other");
    const otherBody = await post("/admin/users", { email: "second@example.com" }, "key-other");
    expect(otherBody.status).toBe(422);
    expect(await otherBody.json()).toMatchObject({ error: { code: "idempotency_mismatch" } });
    expect((await post("/config/reload", {}, "key-other")).status).toBe(422);
    const { token } = await newUser(gateway, "admin@example.com", "gateway_admin");
    expect((await post("/admin/users", { email: "third@example.com" }, "key-other", token)).status).toBe(200);
  });

  it("can be used again after a refusal, which has changed nothing", async () => {
    expect((await post("/admin/users", { email: "no address" }, "key-refused")).status).toBe(400);
    expect((await post("/admin/users", { email: "good@example.com" }, "key-refused")).status).toBe(200);
  });

  it("gives a new client key again, and leaves it nowhere in the clear", async () => {
    const { id } = await rootClient(gateway).call("whoAmI");
    const body = { name: "sealed" };
    const first = (await (await post(`/admin/users/${id}/api-keys`, body, "key-sealed")).json()) as { token: string };
    const again = (await (await post(`/admin/users/${id}/api-keys`, body, "key-sealed")).json()) as { token: string };
    expect(again).toEqual(first);
    expect(first.token).toMatch(/^tok_/);
    const files = readdirSync(gateway.dataDir, { recursive: true, encoding: "utf8", withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(files.length).toBeGreaterThan(1);
    for (const text of files) expect(text.includes(first.token)).toBe(false);
  });

  it("has to be text that can be shown", async () => {
    expect((await post("/admin/users", { email: "a@example.com" }, "x".repeat(256))).status).toBe(400);
    expect((await post("/admin/users", { email: "a@example.com" }, "two words")).status).toBe(400);
  });
});
