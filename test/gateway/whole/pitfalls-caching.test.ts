/** Prompt caches, which other gateways spoiled or had refused. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  at,
  type Client,
  type Json,
  list,
  type PitfallGateway,
  startPitfallGateway,
} from "../../support/pitfall-gateway.ts";
import { chatCall, chatTool, schema, user } from "../../support/pitfall-words.ts";

const SONNET = "messages/claude-sonnet-4-5";
const CLAUDES = ["chat/gpt-4.1", "responses/gpt-5.4", "gemini/gemini-2.5-pro"];

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const mark = (ttl?: string): Json => ({ cache_control: { type: "ephemeral", ...(ttl ? { ttl } : {}) } });
const text = (words: string, ttl?: string): Json => ({ type: "text", text: words, ...mark(ttl) });

/** Everything in the order in which the prompt is put together. */
const prefix = (sent: Json): Json[] =>
  [sent["tools"], sent["system"], ...list(sent, "messages").map((message) => message["content"])].flatMap((blocks) =>
    Array.isArray(blocks) ? (blocks as Json[]) : [],
  );
const marksOf = (sent: Json): unknown[] => prefix(sent).flatMap((block) => at(block, "cache_control") ?? []);

describe("marks for Claude's cache from a client of Chat", () => {
  const calls = ["a", "b", "c"].map((id) => chatCall("look", "{}", id));

  // 75
  it("are four at the most, tools and parallel results counted, and the last ones stay", async () => {
    const { sent } = await house.ask("chat", SONNET, {
      tools: ["one", "two"].map((name) => ({ ...chatTool(name), ...mark() })),
      messages: [
        { role: "system", content: [text("rules")] },
        user([text("go")]),
        { role: "assistant", content: null, tool_calls: calls },
        ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: [text("seen")] })),
        user([text("on")]),
      ],
    });
    expect(JSON.stringify(sent).match(/"cache_control"/g)).toHaveLength(4);
    expect(prefix(sent).at(-1)).toHaveProperty("cache_control");
    expect(at(sent, "tools", 0)).not.toHaveProperty("cache_control");
  });

  // 76
  it("never live longer than one in front of them", async () => {
    const { sent } = await house.ask("chat", SONNET, {
      messages: [
        { role: "system", content: [text("rules", "1h")] },
        user([text("go")]),
        { role: "assistant", content: "so" },
        user([text("on", "1h")]),
      ],
    });
    expect(marksOf(sent)).toEqual([{ type: "ephemeral", ttl: "1h" }, { type: "ephemeral" }, { type: "ephemeral" }]);
  });

  // 77
  it("do not stand on thoughts", async () => {
    const claudeThought = { type: "thinking", thinking: "hm", signature: "c2ln", ...mark() };
    const { sent } = await house.ask("chat", SONNET, {
      messages: [user("go"), { role: "assistant", content: [claudeThought, { type: "text", text: "so" }] }, user("on")],
    });
    expect(JSON.stringify(sent)).not.toContain("cache_control");
  });

  // 78
  it("stay on system, tools, messages and results", async () => {
    const { sent } = await house.ask("chat", SONNET, {
      tools: [{ ...chatTool("look"), ...mark() }],
      messages: [
        { role: "system", content: [text("rules")] },
        user([text("go")]),
        { role: "assistant", content: null, tool_calls: [chatCall("look", "{}", "a")] },
        { role: "tool", tool_call_id: "a", content: [text("seen")] },
      ],
    });
    expect(JSON.stringify(sent).match(/"cache_control"/g)).toHaveLength(4);
    expect(JSON.stringify(at(sent, "messages", 2, "content", 0))).toContain("cache_control");
  });
});

describe("the prefix of a conversation", () => {
  const tools = [
    { name: "look", input_schema: schema },
    { name: `${"long.".repeat(20)}name`, input_schema: schema },
  ];
  const conversation = (session: string): Json[] => [
    user([{ type: "text", text: "go" }]),
    { role: "assistant", content: [{ type: "tool_use", id: "toolu_01", name: "look", input: { path: session } }] },
    user([{ type: "tool_result", tool_use_id: "toolu_01", content: "seen" }]),
  ];
  const ask = async (model: string, build: string, messages: Json[], client: Client = "messages") =>
    (
      await house.ask(client, model, {
        max_tokens: 500,
        system: [
          { type: "text", text: `x-anthropic-billing-header: cc_version=2.1.329.${build}; cc_entrypoint=cli;` },
          text("You are an agent."),
        ],
        metadata: { user_id: JSON.stringify({ device_id: "d".repeat(64), session_id: build }) },
        tools,
        messages,
      })
    ).sent;

  // 74, 79, and the billing header of Claude Code
  it.each(CLAUDES)("is the same in each turn and session on %s", async (model) => {
    const turns = conversation("a");
    const first = await ask(model, "5a4", turns);
    const second = await ask(model, "82b", [...turns, { role: "assistant", content: "done" }, user("on")]);
    expect(JSON.stringify(first)).not.toContain("billing");
    for (const field of ["messages", "input", "contents"]) {
      const before = list(first, field);
      expect(list(second, field).slice(0, before.length)).toEqual(before);
    }
    for (const field of ["tools", "instructions", "systemInstruction"]) expect(second[field]).toEqual(first[field]);
  });

  // 74
  it("is byte for byte the client's on Anthropic's own wire", async () => {
    const body = `{ "model" : "${SONNET}", "max_tokens":5, "system":[{"text":"x-anthropic-billing-header: a","type":"text"}],"messages":[{"role":"user","content":"\\u0067o"}]}`;
    await (await house.gateway.post("/v1/messages", body)).text();
    expect(house.provider.requests.at(-1)?.body.toString()).toBe(body.replace(SONNET, "claude-sonnet-4-5"));
  });
});
