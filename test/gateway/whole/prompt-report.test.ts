/** What the log says of a conversation's prompts, over real sockets. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let provider: ScriptedProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startScriptedProvider();
  const instance = (id: string, wire: "anthropic-messages" | "openai-chat") => ({
    id,
    kind: wire === "openai-chat" ? "openai-compatible" : "anthropic-compatible",
    base_url: provider.baseUrl(wire),
    credential: "env:KEY",
    protocols: [wire],
    models: [`on-${id}`],
  });
  gateway = await startTestGateway({
    env: { KEY: provider.key },
    config: {
      providers: [
        instance("claude", "anthropic-messages"),
        instance("other", "anthropic-messages"),
        instance("chat", "openai-chat"),
      ],
      routes: [{ match: "both", targets: ["claude/on-claude", "other/on-other"] }],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});
beforeEach(async () => {
  provider.reset();
  await gateway.post("/api/v1/health/reset", {});
});

let talks = 0;
const talk = (model: string) => {
  talks++;
  const headers = { "x-claude-code-session-id": `talk ${talks}`, "anthropic-version": "2023-06-01" };
  return async (said: string[], more: object = {}) => {
    const reply = await gateway.post(
      "/v1/messages",
      {
        model,
        max_tokens: 64,
        stream: true,
        system: [{ type: "text", text: "You are an agent." }],
        messages: said.map((content, n) => ({ role: n % 2 === 0 ? "user" : "assistant", content })),
        ...more,
      },
      headers,
    );
    await reply.text();
    return gateway.recordOf(reply);
  };
};
const FIRST = ["hello"];
const SECOND = [...FIRST, "hi", "go on"];
const THIRD = [...SECOND, "done", "thanks"];

it.each(["on-claude", "on-chat"])("a turn that only adds to the one before says so, with %s", async (model) => {
  const say = talk(model);
  expect((await say(FIRST)).prefix).toBeNull();
  const { prefix } = await say(SECOND);
  expect(prefix?.firstDifference).toBeNull();
  expect(prefix?.sharedBytes).toBeGreaterThan(0);
  expect(prefix?.sharedBytes).toBeLessThan(prefix?.totalBytes ?? 0);
  expect((await say(THIRD)).prefix?.sharedBytes).toBeGreaterThan(prefix?.sharedBytes ?? 0);
});

it("a client that changes its system prompt is named, with the place", async () => {
  const say = talk("on-claude");
  await say(FIRST);
  const { prefix } = await say(SECOND, { system: [{ type: "text", text: "You are an agent. It is 12:01." }] });
  expect(prefix).toMatchObject({ sharedBytes: 0, firstDifference: { path: "system[0]", by: "client" } });
});

it("a turn that was answered elsewhere names the gateway", async () => {
  const say = talk("both");
  expect((await say(FIRST)).provider).toBe("claude");
  provider.script({ status: 429, headers: { "retry-after": "30" } }, {});
  const second = await say(SECOND);
  expect(second.provider).toBe("other");
  expect(second.prefix).toMatchObject({ sharedBytes: 0, firstDifference: { path: "provider", by: "gateway" } });
});

it("a turn that failed is not what the next one is compared with", async () => {
  const say = talk("on-claude");
  await say(FIRST);
  provider.script({ status: 400 });
  expect((await say(SECOND, { system: "another" })).prefix).toBeNull();
  expect((await say(SECOND)).prefix?.firstDifference).toBeNull();
});
