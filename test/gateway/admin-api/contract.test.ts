import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAdminClient, itemsOf, type Transport } from "../../../src-gateway/admin-api/contract/client.ts";
import { ENDPOINTS, type Endpoint } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { createLiveReader } from "../../../src-gateway/admin-api/contract/live-exchanges.ts";
import { exchangeSchema } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { NO_USAGE } from "../../../src-gateway/ir/usage.ts";

const answering =
  (status: number, json: unknown): Transport =>
  async () => ({ status, json, requestId: "req_1" });

describe("the client", () => {
  it("says what the gateway said when it refuses", async () => {
    const error = { message: "There is no user 9.", type: "not_found", code: "not_found" };
    const call = createAdminClient(answering(404, { error }), ENDPOINTS).call("listUsers");
    await expect(call).rejects.toMatchObject({
      name: "AdminError",
      status: 404,
      code: "not_found",
      message: error.message,
      requestId: "req_1",
    });
  });

  it("takes no answer that is not of the declared form", async () => {
    for (const [status, json] of [
      [200, null],
      [200, { error: "x" }],
      [200, [{ id: "one" }]],
      [502, null],
      [500, { error: "text" }],
    ] as const) {
      const call = createAdminClient(answering(status, json), ENDPOINTS).call("listUsers");
      await expect(call).rejects.toMatchObject({ name: "AdminError", status, code: "unexpected_answer" });
    }
  });

  it("puts parameters and queries into the address so that they stay what they are", async () => {
    const asked: string[] = [];
    const client = createAdminClient(async ({ method, path, body }) => {
      asked.push(`${method} ${path} ${JSON.stringify(body)}`);
      return { status: 200, json: [], requestId: null };
    }, ENDPOINTS);
    await client.call("listExchanges", { query: { model: "a&b=c/ü", failedOnly: true, limit: undefined } });
    await client.call("probeProvider", { params: { id: "../x?y#z" } }).catch(() => {});
    expect(asked).toEqual([
      "GET /api/v1/exchanges?model=a%26b%3Dc%2F%C3%BC&failedOnly=true undefined",
      "POST /api/v1/providers/..%2Fx%3Fy%23z/probe {}",
    ]);
  });

  it("does not call another endpoint when a parameter is missing", async () => {
    const client = createAdminClient(answering(200, []), ENDPOINTS);
    await expect(client.call("listUserKeys", { params: { id: "" } })).rejects.toThrow("id");
  });
});

describe("the endpoints", () => {
  it("have one meaning for each method and path", () => {
    const names = Object.values<Endpoint>(ENDPOINTS).map(
      ({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, "{}")}`,
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

const sample = exchangeSchema.parse({
  id: 1_795_235_421_741_860,
  requestId: "req_hocvrmi04k",
  userId: 1,
  apiKeyId: null,
  agent: "a\nb\n\nevent: exchange",
  session: null,
  project: null,
  surface: "chat",
  stream: true,
  modelAsked: "größe 😀",
  modelRouted: null,
  modelServed: null,
  provider: null,
  plan: null,
  attempts: [],
  outcome: "completed",
  status: 200,
  errorCode: null,
  errorMessage: null,
  finishReason: "stop",
  queueUs: null,
  firstByteUs: null,
  firstTokenUs: null,
  totalUs: 5,
  usage: NO_USAGE,
  usageSource: "none",
  losses: [],
  bytesIn: 0,
  bytesOut: 0,
  joinedTo: null,
  replayOf: null,
  prefix: null,
  gitBranch: null,
  runaway: null,
  own: null,
  serviceTier: null,
  counts: null,
  cost: null,
});

describe("the reader of the live stream", () => {
  it("gives the same exchanges wherever the text is cut, and passes over what it does not know", () => {
    const event = `event: exchange\ndata: ${JSON.stringify(sample)}\n\n`;
    const stream = `: following\n\n${event}: still here\n\nevent: other\ndata: {}\n\nevent: exchange\ndata: {"id":1}\n\n${event}event: exch`;
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        const reader = createLiveReader();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const found = edges.slice(1).flatMap((end, n) => reader.push(stream.slice(edges[n], end)));
        expect(found).toEqual([sample, sample]);
      }),
    );
  });
});

describe("a list that comes in pages", () => {
  it("is walked page by page, with the filters on each, and no page is asked for in vain", async () => {
    const asked: string[] = [];
    const page = (ids: number[], nextCursor: string | null) => ({
      status: 200,
      requestId: null,
      json: { items: ids.map((id) => ({ ...act, id })), nextCursor },
    });
    const client = createAdminClient(async ({ path }) => {
      asked.push(path);
      return path.includes("cursor=second") ? page([3], null) : page([1, 2], "second");
    }, ENDPOINTS);
    const seen: number[] = [];
    for await (const { id } of itemsOf(client, "listActs", { query: { action: "user.*" } })) {
      seen.push(id);
      expect(asked).toHaveLength(id < 3 ? 1 : 2);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(asked).toEqual(["/api/v1/admin/audit?action=user.*", "/api/v1/admin/audit?action=user.*&cursor=second"]);
  });
});

describe("a call", () => {
  it("carries its idempotency key and the version it is meant for, and tells the version of what it read", async () => {
    const sent: unknown[] = [];
    let version = "";
    const client = createAdminClient(async ({ headers }) => {
      sent.push(headers);
      return { status: 200, requestId: null, etag: '"v1"', json: [] };
    }, ENDPOINTS);
    await client.call("listProviders", { onVersion: (etag) => (version = etag), ifMatch: '"v0"', idempotencyKey: "k" });
    await client.call("listProviders");
    expect(sent).toEqual([{ "if-match": '"v0"', "idempotency-key": "k" }, undefined]);
    expect(version).toBe('"v1"');
  });
});

const act = {
  atUs: 1,
  action: "user.create",
  target: { kind: "user", id: "1", name: null },
  actor: { userId: 1, email: null, apiKeyId: null, via: "local" },
  address: null,
  requestId: null,
  before: null,
  after: null,
};
