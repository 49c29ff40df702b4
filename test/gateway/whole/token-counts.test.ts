/** Token counts for clients of one wire from providers of another, through a whole gateway. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  const instance = (id: string, kind: string, base: string, protocol: string, models: string[]) => ({
    id,
    kind,
    base_url: provider.url + base,
    credential: "env:UPSTREAM_KEY",
    protocols: [protocol],
    models,
  });
  gateway = await startTestGateway({
    env: { UPSTREAM_KEY: "sk-upstream" },
    config: {
      providers: [
        instance("chat", "openai-compatible", "/v1", "openai-chat", ["m"]),
        instance("gem", "gemini", "/v1beta", "gemini-content", ["gemini-3-pro"]),
      ],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});
beforeEach(() => {
  provider.requests.length = 0;
});

const ask = (model: string) => ({ model, max_tokens: 100, messages: [{ role: "user", content: "hello" }] });

describe("token counts", () => {
  it("are asked of the provider in its own words", async () => {
    provider.respond = json({ totalTokens: 321 });
    const reply = await gateway.post("/v1/messages/count_tokens?beta=true", {
      ...ask("gemini-3-pro"),
      max_tokens: undefined,
    });
    expect(await reply.json()).toEqual({ input_tokens: 321 });
    expect(reply.headers.get("x-tokligence-estimated")).toBeNull();
    expect(provider.requests[0]?.path).toBe("/v1beta/models/gemini-3-pro:countTokens");
  });

  it("are estimated where the provider has no counter, fifty at once, without a row", async () => {
    provider.respond = json({ error: { message: "not found" } }, 404);
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        gateway.post("/v1/messages/count_tokens", {
          ...ask("m"),
          system: "You are terse.",
          messages: [{ role: "user", content: `hello ${"word ".repeat(n)}` }],
        }),
      ),
    );
    const counts = await Promise.all(
      replies.map(async (reply) => ((await reply.json()) as { input_tokens: number }).input_tokens),
    );
    expect(
      replies.every((reply) => reply.status === 200 && reply.headers.get("x-tokligence-estimated") === "true"),
    ).toBe(true);
    expect(counts[0]).toBeGreaterThan(5);
    expect(counts[49]).toBeGreaterThan((counts[0] ?? 0) + 40);
    // A request that does leave a row, so that the others had the time to leave theirs.
    await gateway.recordOf(await gateway.post("/v1/messages", ask("m")));
    expect((await gateway.exchanges(0)).filter(({ surface }) => surface === "messages-count-tokens")).toEqual([]);
  });
});
