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
  it("is refused where nothing at its path has one", async () => {
    const { key } = await rootClient(gateway)
      .call("whoAmI")
      .then(({ id }) => rootClient(gateway).call("createUserKey", { params: { id }, body: { name: "to be revoked" } }));
    const path = `/admin/api-keys/${key.id}`;
    const single = await ask(path);
    const etag = single.headers.get("etag");
    const stale = await ask(path, { "if-match": '"stale"' }, { method: "DELETE" });
    expect(stale.status).toBe(single.status === 200 ? 412 : 400);
    if (etag !== null) expect((await ask(path, { "if-match": etag }, { method: "DELETE" })).status).toBe(200);
  });
});
