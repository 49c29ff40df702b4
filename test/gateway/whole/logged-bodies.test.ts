import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterEach, describe, expect, it } from "vitest";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let running: TestGateway[] = [];
afterEach(async () => {
  for (const gateway of running) await gateway.stop();
  running = [];
});
const start = async (env: Record<string, string>): Promise<TestGateway> => {
  const gateway = await startTestGateway({ env });
  running.push(gateway);
  return gateway;
};
const api = (gateway: TestGateway, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${gateway.url}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
  });
/** Once it is kept, which takes a moment after the answer. */
async function bodyOf(gateway: TestGateway, id: string, part: "request" | "answer"): Promise<Response> {
  for (;;) {
    const path = part === "request" ? "request" : "response";
    const reply = await api(gateway, `/exchanges/${id}/${path}`);
    if (reply.status !== 404) return reply;
    await reply.text();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
/** Once it is recorded that it is over. */
async function closed(gateway: TestGateway, id: string): Promise<ExchangeView> {
  for (;;) {
    const reply = await api(gateway, `/exchanges/${id}`);
    const record = (await reply.json()) as ExchangeView;
    if (reply.status === 200 && record.outcome !== "open") return record;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const say = (content: string, stream = false) => ({ model: "loopback", stream, messages: [{ role: "user", content }] });
const idOf = (reply: Response): string => reply.headers.get("x-request-id") ?? "";

describe("a gateway that logs bodies", () => {
  it("gives back what was asked and answered, to the byte", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const sent = JSON.stringify(say("how  is the weather?"));
    const reply = await gateway.post("/v1/chat/completions", sent);
    const answered = await reply.text();
    const request = await bodyOf(gateway, idOf(reply), "request");
    expect(await request.text()).toBe(sent);
    expect(request.headers.get("content-type")).toContain("application/json");
    expect(await (await bodyOf(gateway, idOf(reply), "answer")).text()).toBe(answered);
  });

  it("gives back a stream as its client got it", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const reply = await gateway.post("/v1/chat/completions", say("one two three", true));
    const answered = await reply.text();
    const kept = await bodyOf(gateway, idOf(reply), "answer");
    expect(kept.headers.get("content-type")).toContain("text/event-stream");
    expect(await kept.text()).toBe(answered);
  });

  it("finds a request by words of its prompt and its answer, together with every other filter", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const first = await gateway.post("/v1/chat/completions", say("where does the zebra sleep"));
    const other = await gateway.post("/v1/messages", { ...say("a zebra crossing"), max_tokens: 9 });
    for (const reply of [first, other]) await (await bodyOf(gateway, idOf(reply), "answer")).text();
    const find = async (query: string): Promise<string[]> =>
      ((await (await api(gateway, `/exchanges?${query}`)).json()) as ExchangeView[]).map(({ requestId }) => requestId);
    expect(await find("q=zebra")).toEqual([idOf(other), idOf(first)]);
    expect(await find("q=zebra&limit=1")).toEqual([idOf(other)]);
    expect(await find("q=zebra&afterId=1")).toEqual([idOf(first), idOf(other)]);
    expect(await find("q=zebra&surface=chat")).toEqual([idOf(first)]);
    expect(await find("q=zebra+sleep")).toEqual([idOf(first)]);
    expect(await find("q=zeb*&provider=nobody")).toEqual([]);
    expect(await find("q=giraffe")).toEqual([]);
  });

  it("sends a request once more, for another model too, and shows both answers side by side", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const reply = await gateway.post("/v1/chat/completions", say("line one\nline two", true));
    await reply.text();
    await (await bodyOf(gateway, idOf(reply), "answer")).text();
    const again = await api(gateway, `/exchanges/${idOf(reply)}/replay`, { method: "POST", body: "{}" });
    const { requestId } = (await again.json()) as { requestId: string };
    expect(await closed(gateway, requestId)).toMatchObject({
      outcome: "completed",
      replayOf: (await closed(gateway, idOf(reply))).id,
      apiKeyId: null,
      joinedTo: null,
    });
    await (await bodyOf(gateway, requestId, "answer")).text();
    const diff = await api(gateway, `/exchanges/${idOf(reply)}/diff?with=${requestId}`);
    expect(await diff.json()).toMatchObject({ isSame: true, right: { requestId } });
    const elsewhere = await api(gateway, `/exchanges/${idOf(reply)}/replay`, {
      method: "POST",
      body: JSON.stringify({ model: "no-such-model" }),
    });
    const failed = await closed(gateway, ((await elsewhere.json()) as { requestId: string }).requestId);
    expect(failed).toMatchObject({ modelAsked: "no-such-model", replayOf: (await closed(gateway, idOf(reply))).id });
    expect(failed.outcome).not.toBe("completed");
  });

  it("changes nothing but the model of a request that is sent for another one", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const sent = (model: string): string =>
      `{ "messages" : [{"role":"user","content":"caf\\u00e9"}],\n "model":"${model}", "temperature":1.0 }`;
    const replayed = async (body: string): Promise<string> => {
      const reply = await gateway.post("/v1/chat/completions", body);
      await reply.text();
      await (await bodyOf(gateway, idOf(reply), "request")).text();
      const again = await api(gateway, `/exchanges/${idOf(reply)}/replay`, {
        method: "POST",
        body: JSON.stringify({ model: "loopback-2" }),
      });
      const { requestId } = (await again.json()) as { requestId: string };
      return (await bodyOf(gateway, requestId, "request")).text();
    };
    expect((await replayed(sent("loopback"))).replaceAll(/(?<=[{,])\s+|\s+(?=})/g, "")).toBe(
      sent("loopback-2").replaceAll(/(?<=[{,])\s+|\s+(?=})/g, ""),
    );
    expect(await replayed('{"model":"loopback", messages')).toBe('{"model":"loopback", messages');
  });

  it("writes a request as a command that does the same, without a key", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const body = JSON.stringify(say('it\'s $HOME `date` \\ "quoted"'));
    const reply = await gateway.post("/v1/chat/completions", body);
    await reply.text();
    await (await bodyOf(gateway, idOf(reply), "request")).text();
    const { command } = (await (await api(gateway, `/exchanges/${idOf(reply)}/curl`)).json()) as { command: string };
    expect(command).not.toContain(gateway.key);
    // What a shell makes of it.
    const words = execFileSync("sh", ["-c", `set -- ${command.replace(/^curl/, "")}; printf '%s\\0' "$@"`], {
      env: { TOKLIGENCE_API_KEY: gateway.key },
    });
    const args = words.toString().split("\0");
    expect(args).toContain(body);
    expect(args).toContain(`authorization: Bearer ${gateway.key}`);
    expect(args).toContain(`${gateway.url}/v1/chat/completions`);
  });

  it("leaves no credential and no secret in any file", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const planted = "sk-ant-api03-plantedplantedplanted";
    const reply = await gateway.post(
      `/v1/messages?key=${planted}`,
      { ...say(`I leaked ${planted}`), max_tokens: 9 },
      {
        "x-api-key": gateway.key,
        cookie: "session=plantedcookie",
      },
    );
    await reply.text();
    const kept = await (await bodyOf(gateway, idOf(reply), "request")).text();
    expect(kept).toContain("I leaked [hidden]");
    const files = readdirSync(gateway.dataDir, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.map(({ name }) => name)).toContain("ledger-bodies.db");
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name));
      for (const secret of [planted, "plantedcookie", gateway.key])
        expect([name, bytes.includes(secret)]).toEqual([name, false]);
    }
    expect(await (await api(gateway, `/exchanges/${idOf(reply)}/curl`)).text()).not.toContain("planted");
  });

  it("exports rows as lines, as a table and as Parquet", async () => {
    const gateway = await start({});
    for (const session of ["=1+1", 'a "quoted", one', "three"])
      await (await gateway.post("/v1/chat/completions", say("x"), { "x-tokligence-session": session })).text();
    const ids = (await gateway.exchanges(3)).map(({ requestId }) => requestId).toReversed();
    const lines = (await (await api(gateway, "/exchanges/export?format=jsonl")).text()).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { request_id: string }).request_id)).toEqual(ids);
    const csv = await (await api(gateway, "/exchanges/export?format=csv")).text();
    expect(csv.split("\r\n")[0]).toMatch(/^id,request_id,time,/);
    expect(csv).toContain(",'=1+1,");
    expect(csv).toContain(',"a ""quoted"", one",');
    const file = await (await api(gateway, "/exchanges/export?format=parquet")).arrayBuffer();
    const rows = await parquetReadObjects({ file });
    expect(rows.map((row) => row["request_id"])).toEqual(ids);
    expect(rows[0]).toMatchObject({ session: "=1+1", stream: false, status: 200 });
    expect((await api(gateway, "/exchanges/export?format=xls")).status).toBe(400);
  });

  it("removes bodies on demand, and leaves their rows", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const reply = await gateway.post("/v1/chat/completions", say("soon gone"));
    await reply.text();
    await (await bodyOf(gateway, idOf(reply), "answer")).text();
    const pruned = await api(gateway, "/exchanges/prune", { method: "POST", body: JSON.stringify({ maxBytes: 0 }) });
    expect(await pruned.json()).toMatchObject({ bodies: 1 });
    expect((await api(gateway, `/exchanges/${idOf(reply)}/request`)).status).toBe(404);
    expect((await api(gateway, `/exchanges/${idOf(reply)}`)).status).toBe(200);
  });

  it("shows nobody what others asked", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const reply = await gateway.post("/v1/chat/completions", say("my own affair"));
    await reply.text();
    await (await bodyOf(gateway, idOf(reply), "answer")).text();
    const made = await api(gateway, "/admin/users", { method: "POST", body: JSON.stringify({ email: "other@local" }) });
    const { id } = (await made.json()) as { id: number };
    const keyReply = await api(gateway, `/admin/users/${id}/api-keys`, { method: "POST", body: '{"name":"theirs"}' });
    const other = { ...gateway, key: ((await keyReply.json()) as { token: string }).token };
    for (const path of ["request", "response", "curl", `diff?with=${idOf(reply)}`])
      expect([path, (await api(other, `/exchanges/${idOf(reply)}/${path}`)).status]).toEqual([path, 404]);
    expect((await api(other, `/exchanges/${idOf(reply)}/replay`, { method: "POST", body: "{}" })).status).toBe(403);
    expect(await (await api(other, "/exchanges?q=affair")).json()).toEqual([]);
    expect(await (await api(other, "/exchanges/export?format=jsonl")).text()).toBe("");
  });
});

describeOnPostgres("a gateway that logs bodies", (database) => {
  it("keeps, finds and removes them in the ledger's own database", async () => {
    const gateway = await startTestGateway({ ledgerUrl: database.url, env: { TOKLIGENCE_LOG_BODIES: "full" } });
    running.push(gateway);
    const reply = await gateway.post("/v1/chat/completions", say("an elephant in the room"));
    const answered = await reply.text();
    expect(await (await bodyOf(gateway, idOf(reply), "answer")).text()).toBe(answered);
    const found = (await (await api(gateway, "/exchanges?q=eleph*+room")).json()) as ExchangeView[];
    expect(found.map(({ requestId }) => requestId)).toEqual([idOf(reply)]);
    const pruned = await api(gateway, "/exchanges/prune", { method: "POST", body: JSON.stringify({ maxBytes: 0 }) });
    expect(await pruned.json()).toMatchObject({ bodies: 1 });
    expect(await (await api(gateway, "/exchanges?q=elephant")).json()).toEqual([]);
  });
});

describe("a gateway that logs no bodies", () => {
  it("makes no place for them", async () => {
    const gateway = await start({});
    const reply = await gateway.post("/v1/chat/completions", say("unheard"));
    await reply.text();
    await closed(gateway, idOf(reply));
    expect((await api(gateway, `/exchanges/${idOf(reply)}/request`)).status).toBe(404);
    expect(await (await api(gateway, "/exchanges?q=unheard")).json()).toEqual([]);
    expect(readdirSync(gateway.dataDir).filter((name) => name.includes("bodies"))).toEqual([]);
  });

  it("makes exceptions for keys and models", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES_FOR: "key:first*=off, model:loop*=full" });
    const made = await api(gateway, "/admin/users/1/api-keys", { method: "POST", body: '{"name":"second key"}' });
    const second = { ...gateway, key: ((await made.json()) as { token: string }).token };
    const silent = await gateway.post("/v1/chat/completions", say("by the first key"));
    await silent.text();
    const heard = await gateway.post("/v1/chat/completions", say("by the second key"), {
      authorization: `Bearer ${second.key}`,
    });
    await heard.text();
    expect(await (await bodyOf(gateway, idOf(heard), "request")).text()).toContain("by the second key");
    expect((await api(gateway, `/exchanges/${idOf(silent)}/request`)).status).toBe(404);
    expect(await closed(gateway, idOf(silent))).toMatchObject({ plan: null, outcome: "completed" });
    expect((await closed(gateway, idOf(heard))).plan).not.toBeNull();
  });
});
