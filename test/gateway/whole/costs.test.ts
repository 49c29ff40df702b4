/** What requests cost, from the provider's counts to the sums that a person reads. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  const instance = (id: string, models: string[], more: object = {}) => ({
    id,
    kind: "openai-compatible",
    base_url: `${provider.url}/v1`,
    models,
    ...more,
  });
  gateway = await startTestGateway({
    config: {
      providers: [
        instance("metered", ["house-model"]),
        instance("plan", ["flat-model"], { billing: "subscription" }),
        instance("new", ["nobody-knows"]),
      ],
      prices: [{ provider: "metered", model: "house-*", input: "2.50", cache_read: "0.25", output: "10" }],
    },
  });
  provider.respond = (request, response) => {
    const { model } = JSON.parse(request.body.toString()) as { model: string };
    const message = { role: "assistant", content: "hi" };
    const usage = { prompt_tokens: 1_003, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 1_000 } };
    json({ id: "x", model, choices: [{ index: 0, message, finish_reason: "stop" }], usage })(request, response);
  };
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

const ask = async (model: string) =>
  gateway.recordOf(
    await gateway.post("/v1/chat/completions", { model, messages: [{ role: "user", content: `hello ${model}` }] }),
  );

/** 3 × 2.50 + 1,000 × 0.25 + 7 × 10 dollars per million tokens. */
const COST_NANO = 7_500 + 250_000 + 70_000;

describe("the cost of a request", () => {
  it("is the provider's counts at the operator's prices, to the last unit", async () => {
    expect((await ask("house-model")).cost).toMatchObject({ nano: COST_NANO });
  });

  it("is nothing under a flat fee, which is not the same as unknown", async () => {
    expect((await ask("flat-model")).cost).toMatchObject({ nano: 0 });
  });

  it("is nothing for the model that is built in", async () => {
    expect((await ask("loopback")).cost).toMatchObject({ nano: 0 });
  });

  it("is unknown for a model that nobody has a price of", async () => {
    const record = await ask("nobody-knows");
    expect(record).toMatchObject({ cost: null, usageSource: "provider" });
  });

  it("stands in the sums, with what is missing from them", async () => {
    const records = [await ask("house-model"), await ask("nobody-knows")];
    const fromUs = Math.min(...records.map(({ id }) => id));
    const reply = await fetch(`${gateway.url}/api/v1/usage/breakdown?groupBy=model&fromUs=${fromUs}`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    const groups = (await reply.json()) as ReplyOf<"usageBreakdown">;
    expect(groups.map(({ group, costNano, unpriced }) => [group, costNano, unpriced])).toEqual([
      ["house-model", COST_NANO, 0],
      ["nobody-knows", 0, 1],
    ]);
  });
});
