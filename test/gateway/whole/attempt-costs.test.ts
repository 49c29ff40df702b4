/** Attempts that failed after they had used something: what they used is told, priced and owed. */
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { SPEECH } from "../../support/ending-lanes.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";

const MESSAGES = SPEECH["anthropic-messages"];
/** Up to its first content: the usage of its beginning is known by then. */
const BEFORE_CONTENT = MESSAGES.start.slice(0, MESSAGES.start.indexOf("event: content_block_start"));

/** What the answer itself costs, at the prices of the third. */
const OWN = 5 * 3_000 + 2 * 2_000;
const PLACES = ["first", "second", "third"];
let provider: RawProvider;
let gateway: TestGateway;
const limits = { budgets: [{ id: "b", per: "user", limit: 1 }] };
const configOf = (input: string) => ({
  providers: PLACES.map((id) => ({
    id,
    kind: "anthropic-compatible",
    base_url: `${provider.url}/${id}`,
    models: [id],
  })),
  prices: PLACES.map((id, n) => ({
    provider: id,
    model: id,
    input: id === "first" ? input : String(n + 1),
    output: "2",
  })),
  routes: [
    { match: "all", strategy: "fallback", resend: true, targets: PLACES.map((id) => ({ provider: id, model: id })) },
  ],
  ...limits,
});

beforeAll(async () => {
  provider = await startRawProvider();
  provider.respond = (request, reply) => {
    if (request.path.startsWith("/first")) {
      reply.writeHead(200, { "content-type": "text/event-stream" });
      reply.write(BEFORE_CONTENT, () => reply.socket?.destroy());
    } else if (request.path.startsWith("/second")) {
      reply.writeHead(200, { "content-type": "text/event-stream" });
      reply.end(BEFORE_CONTENT + MESSAGES.error);
    } else reply.writeHead(200, { "content-type": "text/event-stream" }).end(MESSAGES.start + MESSAGES.end);
  };
  gateway = await startTestGateway({ config: configOf("1"), env: { TOKLIGENCE_CIRCUIT_FAILURES: "0" } });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

const get = async <Answer>(path: string): Promise<Answer> => {
  const reply = await fetch(`${gateway.url}/api/v1${path}`, { headers: { authorization: `Bearer ${gateway.key}` } });
  return (await reply.json()) as Answer;
};
const post = async <Answer>(path: string, body: object): Promise<Answer> =>
  (await (await gateway.post(`/api/v1${path}`, body)).json()) as Answer;
const done = async ({ id }: { id: string }): Promise<ReplyOf<"getLedgerJob">> => {
  await expect
    .poll(async () => (await get<ReplyOf<"getLedgerJob">>(`/ledger/jobs/${id}`)).state, { timeout: 10_000 })
    .toBe("done");
  return get(`/ledger/jobs/${id}`);
};
const ask = async (content: string): Promise<ExchangeView> => {
  const messages = [{ role: "user", content }];
  const reply = await gateway.post("/v1/messages", { model: "all", max_tokens: 9, stream: true, messages });
  await reply.arrayBuffer();
  return gateway.recordOf(reply);
};

describe("what failed attempts used", () => {
  it("stands at each of them, is part of the cost, of the sums and of the budget, and is explained part by part", async () => {
    const record = await ask("who answers?");
    expect(record).toMatchObject({ provider: "third", outcome: "completed", usageSource: "provider" });
    expect(record.attempts.map(({ provider: asked, errorCode, used }) => [asked, errorCode, used?.cost?.nano])).toEqual(
      [
        ["first", "provider_cut", 5 * 1_000 + 2_000],
        ["second", "overloaded", 5 * 2_000 + 2_000],
        ["third", null, undefined],
      ],
    );
    expect(record.cost?.nano).toBe(OWN + 7_000 + 12_000);
    expect(await get("/usage/summary")).toMatchObject({ costNano: OWN + 19_000, unpriced: 0 });
    await expect
      .poll(async () => (await get<ReplyOf<"listBudgets">>("/budgets")).budgets)
      .toMatchObject([{ spent: OWN + 19_000, held: 0 }]);

    const cost = await get<ReplyOf<"getExchangeCost">>(`/exchanges/${record.requestId}/cost`);
    expect(cost.steps).toHaveLength(1);
    const [step] = cost.steps;
    const partsOf = (lines: { nano: number }[] = []): number => lines.reduce((sum, { nano }) => sum + nano, 0);
    expect(partsOf(step?.lines)).toBe(OWN);
    expect(step?.attempts.map(({ provider: asked, lines }) => [asked, partsOf(lines)])).toEqual([
      ["first", 7_000],
      ["second", 12_000],
    ]);
    expect(step?.attempts[0]?.words.join("\n")).toContain("input: 5 tokens × $1.00 per million tokens");
    expect(cost.costNano).toBe(OWN + 19_000);
  });

  it("is priced anew with the rest when prices were wrong, and the ledger agrees with itself", async () => {
    writeFileSync(gateway.configFile, JSON.stringify(configOf("3")));
    await post("/config/reload", {});
    await done(await post<ReplyOf<"recostLedger">>("/ledger/recost", { apply: true, reason: "the first is dearer" }));
    const [record] = await gateway.exchanges(1);
    const cost = await get<ReplyOf<"getExchangeCost">>(`/exchanges/${record?.requestId}/cost`);
    expect(cost.steps.map(({ deltaNano, attempts }) => [deltaNano, attempts.map(({ costNano }) => costNano)])).toEqual([
      [OWN + 19_000, [7_000, 12_000]],
      [10_000, [17_000, 12_000]],
    ]);
    expect(cost.costNano).toBe(OWN + 29_000);
    expect(await get("/usage/summary")).toMatchObject({ costNano: OWN + 29_000 });
    const verified = await done(await post<ReplyOf<"verifyLedger">>("/ledger/verify", {}));
    expect(verified.result).toMatchObject({ isIntact: true, findings: [] });
  });
});
