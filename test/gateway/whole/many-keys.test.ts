/** A gateway with more client keys than it holds in memory, at each of its doors. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { openResponses, UpgradeRefused } from "../../support/responses-client.ts";

const COUNT = 20_500;
const UNKNOWN = `tok_${"A".repeat(43)}`;
const say = { model: "loopback", messages: [{ role: "user", content: "hello" }] };

describe("very many keys", () => {
  let folder: string;
  let gateway: TestGateway;
  let key: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tokligence-keys-"));
    const first = await startTestGateway({ dataDir: folder });
    ({ key } = first);
    await first.stop();
    const database = new Sqlite(join(folder, "ledger.db"));
    database.exec(
      `with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${COUNT})
       insert into api_keys (uuid, user_id, name, key_hash, key_prefix, scopes, created_at, updated_at)
       select 'uuid ' || n, (select min(user_id) from api_keys), 'key ' || n, lower(hex(randomblob(32))),
         'tok_12345678', '[]', n, n from counted`,
    );
    database.close();
    gateway = await startTestGateway({ dataDir: folder });
  });
  afterAll(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const ask = (token: string) => gateway.post("/v1/chat/completions", say, bearer(token));
  const get = (path: string, token: string) => fetch(gateway.url + path, { headers: bearer(token) });
  async function admin<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { ...bearer(key), "content-type": "application/json" };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const reply = await fetch(`${gateway.url}/api/v1${path}`, { method, headers, ...text });
    expect(reply.status).toBeLessThan(300);
    return (await reply.json()) as Answer;
  }

  it("open every door to those that are known, and none to others", async () => {
    for (const path of ["/v1/models", "/v1/capabilities", "/metrics", "/api/v1/admin/api-keys?limit=1"]) {
      expect([path, (await get(path, key)).status]).toEqual([path, 200]);
      expect([path, (await get(path, UNKNOWN)).status]).toEqual([path, 401]);
    }
    expect((await ask(key)).status).toBe(200);
    const refused = await ask(UNKNOWN);
    expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining("not known to the gateway")]);
    expect((await gateway.post("/v1/chat/completions", say, { authorization: "" })).status).toBe(401);
  });

  it("open WebSockets", async () => {
    const client = await openResponses(gateway.url, { token: key });
    expect(await client.ask({ model: "loopback", input: "hello" })).toMatchObject({ type: "response.completed" });
    expect(await client.ask({ model: "loopback", input: "again", generate: false })).toMatchObject({
      type: "response.completed",
    });
    await client.close();
    const refused = await openResponses(gateway.url, { token: UNKNOWN }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UpgradeRefused);
    expect(refused).toMatchObject({ status: 401 });
  });

  it("work from the moment they are made, and no longer than until they are changed", async () => {
    const [user] = await admin<{ id: number }[]>("GET", "/admin/users");
    const made = await admin<{ key: { id: number }; token: string }>("POST", `/admin/users/${user?.id}/api-keys`, {
      name: "new",
    });
    expect((await ask(made.token)).status).toBe(200);
    await admin("PATCH", `/admin/api-keys/${made.key.id}`, { scopes: ["embeddings"] });
    expect((await ask(made.token)).status).toBe(403);
    await admin("PATCH", `/admin/api-keys/${made.key.id}`, { scopes: [], limits: { requestsPerMinute: 0 } });
    expect((await ask(made.token)).status).toBe(429);
    expect((await ask(key)).status).toBe(200);
    const path = `/admin/api-keys/${made.key.id}`;
    const rotated = await admin<{ token: string }>("POST", `${path}/rotate`, { overlapMs: 60_000 });
    const models = async (token: string) => (await get("/v1/models", token)).status;
    expect([await models(made.token), await models(rotated.token)]).toEqual([200, 200]);
    await admin("DELETE", path);
    expect([await models(made.token), await models(rotated.token)]).toEqual([401, 401]);
  });
});
