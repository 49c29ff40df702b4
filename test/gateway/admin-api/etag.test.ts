import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { rootClient } from "./admin-client.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(`${gateway.url}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json", ...headers },
  });

describe("the version of what is shown", () => {
  it("spares the answer to those who have it, until something changes", async () => {
    const first = await ask("/admin/users");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const same = await ask("/admin/users", { "if-none-match": known });
      expect(same.status).toBe(304);
      expect(await same.text()).toBe("");
    }
    await rootClient(gateway).call("createUser", { body: { email: "new@example.com" } });
    const changed = await ask("/admin/users", { "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(etag);
  });
});

describe("a change that names a version", () => {
  it("is refused when it was meant for another one, and where nothing at its path has one", async () => {
    const root = rootClient(gateway);
    const { id } = await root.call("createUser", { body: { email: "versioned@example.com" } });
    const change = (etag: string): Promise<Response> =>
      ask(`/admin/users/${id}`, { "if-match": etag }, { method: "PATCH", body: '{"status":"suspended"}' });
    const hasVersion = (await ask(`/admin/users/${id}`)).headers.get("etag");
    expect((await change('"stale"')).status).toBe(hasVersion === null ? 400 : 412);
    const statuses = await Promise.all([1, 2, 3].map(async () => (await change(hasVersion ?? '"none"')).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(hasVersion === null ? 0 : 1);
  });
});
