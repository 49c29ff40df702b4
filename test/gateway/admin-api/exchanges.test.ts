import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLiveReader } from "../../../src-gateway/admin-api/contract/live-exchanges.ts";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { ask, clientAs, newUser, rootClient } from "./admin-client.ts";

let gateway: TestGateway;
let ann: Awaited<ReturnType<typeof newUser>>;
let bob: Awaited<ReturnType<typeof newUser>>;
beforeAll(async () => {
  gateway = await startTestGateway();
  ann = await newUser(gateway, "ann@example.com", "gateway_user");
  bob = await newUser(gateway, "bob@example.com", "gateway_user");
  for (const token of [ann.token, ann.token, bob.token]) await ask(gateway, token);
  await ask(gateway, ann.token, "no-such-model");
  await gateway.exchanges(4);
});
afterAll(() => gateway.stop());

describe("exchanges", () => {
  it("are narrowed by what was asked for", async () => {
    const root = rootClient(gateway);
    const count = async (query: Parameters<typeof listed>[0]) => (await listed(query)).length;
    const listed = (query: NonNullable<Parameters<typeof root.call<"listExchanges">>[1]>["query"]) =>
      root.call("listExchanges", { query: query ?? {} });
    expect(await count({})).toBe(4);
    expect(await count({ failedOnly: true })).toBe(1);
    expect(await count({ failedOnly: false })).toBe(4);
    expect(await count({ model: "loopback" })).toBe(3);
    expect(await count({ userId: bob.user.id })).toBe(1);
    expect(await count({ apiKeyId: ann.key.id, outcome: "completed" })).toBe(2);
    expect(await count({ surface: "messages" })).toBe(0);
    expect(await count({ toUs: 1 })).toBe(0);
    expect(await count({ limit: 2 })).toBe(2);
  });

  it("are paged back and forth without gaps", async () => {
    const root = rootClient(gateway);
    const all = await root.call("listExchanges");
    const pages: ExchangeView[] = [];
    for (;;) {
      const page = (await root.call("listExchanges", {
        query: { limit: 1, beforeId: pages.at(-1)?.id },
      })) as ExchangeView[];
      if (page.length === 0) break;
      pages.push(...page);
    }
    expect(pages).toEqual(all);
    const oldest = all.at(-1);
    const after = await root.call("listExchanges", { query: { afterId: oldest?.id } });
    expect(after).toEqual(all.slice(0, -1).toReversed());
  });

  it("are found by number and by request id", async () => {
    const root = rootClient(gateway);
    const [newest] = await root.call("listExchanges", { query: { limit: 1 } });
    expect(newest?.requestId).toMatch(/^req_/);
    expect(await root.call("getExchange", { params: { id: newest?.requestId ?? "" } })).toEqual(newest);
    expect(await root.call("getExchange", { params: { id: newest?.id ?? "" } })).toEqual(newest);
    for (const id of ["req_zzz", "7", "x", "req_", "1e400"]) {
      await expect(root.call("getExchange", { params: { id } })).rejects.toMatchObject({ status: 404 });
    }
  });

  it("refuse queries that mean nothing", async () => {
    const headers = { authorization: `Bearer ${gateway.key}` };
    for (const query of [
      "limit=0",
      "limit=1001",
      "limit=x",
      "afterId=-1",
      "outcome=fine",
      "failedOnly=yes",
      "modle=x",
      "limit=1&limit=2",
    ]) {
      const reply = await fetch(`${gateway.url}/api/v1/exchanges?${query}`, { headers });
      expect([query, reply.status]).toEqual([query, 400]);
    }
  });
});

describe("a user who is no administrator", () => {
  it("sees own exchanges only, whatever they ask for", async () => {
    const client = clientAs(gateway, bob.token);
    const own = await client.call("listExchanges", { query: { userId: ann.user.id } });
    expect(own.map(({ userId }) => userId)).toEqual([bob.user.id]);
    const [foreign] = await rootClient(gateway).call("listExchanges", { query: { userId: ann.user.id, limit: 1 } });
    await expect(client.call("getExchange", { params: { id: foreign?.id ?? "" } })).rejects.toMatchObject({
      status: 404,
    });
    expect(await client.call("getExchange", { params: { id: own[0]?.id ?? "" } })).toEqual(own[0]);
  });

  it("sees own usage only", async () => {
    const client = clientAs(gateway, bob.token);
    expect(await client.call("usageSummary", { query: { userId: ann.user.id } })).toMatchObject({ requests: 1 });
    const groups = await client.call("usageBreakdown", { query: { groupBy: "user" } });
    expect(groups.map(({ group }) => group)).toEqual(["bob@example.com"]);
  });
});

describe("usage", () => {
  it("sums requests, failures and tokens, in all and by every dimension", async () => {
    const root = rootClient(gateway);
    expect(await root.call("usageSummary")).toMatchObject({ group: null, requests: 4, failures: 1 });
    const byUser = await root.call("usageBreakdown", { query: { groupBy: "user" } });
    expect(byUser).toMatchObject([
      { group: "ann@example.com", requests: 3, failures: 1 },
      { group: "bob@example.com", requests: 1, failures: 0 },
    ]);
    for (const groupBy of [
      "key",
      "agent",
      "session",
      "project",
      "model",
      "provider",
      "surface",
      "day",
      "hour",
    ] as const) {
      const groups = await root.call("usageBreakdown", { query: { groupBy } });
      expect(groups.reduce((sum, { requests }) => sum + requests, 0)).toBe(4);
    }
  });
});

describe("whoever asks after an answer", () => {
  it("finds it recorded, in the list, by its id and in the sums, however lately records are written", async () => {
    const root = rootClient(gateway);
    for (let turn = 0; turn < 5; turn++) {
      const id = (await ask(gateway, ann.token)).headers.get("x-request-id") ?? "";
      const [newest] = await root.call("listExchanges", { query: { limit: 1 } });
      expect(newest).toMatchObject({ requestId: id, outcome: "completed" });
      const { headers } = await ask(gateway, ann.token);
      expect(await root.call("getExchange", { params: { id: headers.get("x-request-id") ?? "" } })).toMatchObject({
        outcome: "completed",
      });
      const before = await root.call("usageSummary");
      await ask(gateway, ann.token);
      expect((await root.call("usageSummary")).requests).toBe(before.requests + 1);
    }
  });
});

/** Follows the live stream; `next` waits for so many exchanges. */
async function follow(token: string) {
  const stop = new AbortController();
  const reply = await fetch(`${gateway.url}/api/v1/exchanges/live`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const live = createLiveReader();
  const found: ExchangeView[] = [];
  return {
    type: reply.headers.get("content-type"),
    async next(count: number): Promise<ExchangeView[]> {
      while (found.length < count) {
        const { done, value } = await reader.read();
        if (done) throw new Error("the stream has ended");
        found.push(...live.push(decoder.decode(value, { stream: true })));
      }
      return found.splice(0, count);
    },
    close: () => stop.abort(),
  };
}

describe("the live stream", () => {
  it("tells each exchange as it is closed, to those who may know", async () => {
    const [all, own] = [await follow(gateway.key), await follow(bob.token)];
    expect(all.type).toBe("text/event-stream; charset=utf-8");
    await ask(gateway, ann.token);
    await ask(gateway, bob.token, "no-such-model");
    expect(await all.next(2)).toMatchObject([
      { userId: ann.user.id, outcome: "completed", modelAsked: "loopback" },
      { userId: bob.user.id, outcome: "refused", errorCode: "model_not_found" },
    ]);
    expect(await own.next(1)).toMatchObject([{ userId: bob.user.id }]);
    all.close();
    own.close();
  });

  it("tells exactly what the list tells a moment later", async () => {
    const live = await follow(gateway.key);
    const reply = await ask(gateway, ann.token);
    const [told] = await live.next(1);
    expect(told).toEqual(await gateway.recordOf(reply));
    live.close();
  });

  it("ends when the gateway stops, instead of holding it up", async () => {
    const other = await startTestGateway();
    const reply = await fetch(`${other.url}/api/v1/exchanges/live`, {
      headers: { authorization: `Bearer ${other.key}` },
    });
    const text = reply.text();
    await other.stop();
    expect(await text).toContain(": following");
  });
});
