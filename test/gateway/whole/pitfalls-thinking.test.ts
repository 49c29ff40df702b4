/** How much a model is to think, where other gateways asked for what it refuses. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  at,
  eventsOf,
  type Json,
  type PitfallGateway,
  startPitfallGateway,
  textAt,
} from "../../support/pitfall-gateway.ts";
import { chatTool, chunk, claudeBlock, claudeStream, DONE, user } from "../../support/pitfall-words.ts";

const SONNET = "messages/claude-sonnet-4-5";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const chat = async (model: string, more: Json) =>
  (await house.ask("chat", model, { messages: [user("go")], ...more })).sent;

describe("a thinking budget", () => {
  // 60
  it.each<[Json, { budget: number; room: number }]>([
    [
      { reasoning_effort: "high", max_completion_tokens: 4_000 },
      { budget: 2_976, room: 4_000 },
    ],
    [
      { reasoning_effort: "low", max_completion_tokens: 20_000 },
      { budget: 2_048, room: 20_000 },
    ],
    [
      { reasoning_effort: "minimal", max_completion_tokens: 8_000 },
      { budget: 1_024, room: 8_000 },
    ],
    [
      { reasoning: { max_tokens: 100 }, max_completion_tokens: 8_000 },
      { budget: 1_024, room: 8_000 },
    ],
    [{ reasoning: { max_tokens: 500_000 } }, { budget: 62_976, room: 64_000 }],
  ])("is in the model's range and leaves room for the answer: %j", async (asked, { budget, room }) => {
    const sent = await chat(SONNET, asked);
    expect(sent["thinking"]).toEqual({ type: "enabled", budget_tokens: budget });
    expect(sent["max_tokens"]).toBe(room);
    expect(budget).toBeLessThan(room);
  });

  // 60
  it("is left out where the limit of the answer has no room for it, and that is told", async () => {
    const body = { reasoning_effort: "high", max_completion_tokens: 1_000, messages: [user("go")] };
    const { sent, reply } = await house.ask("chat", SONNET, body);
    expect(sent["max_tokens"]).toBe(1_000);
    expect(sent["thinking"]).toEqual({ type: "disabled" });
    expect(reply.headers.get("x-tokligence-losses")).toContain("dropped=reasoning_effort");
  });

  // 60
  it.each([
    ["gemini-2.5-pro", "none", 128],
    ["gemini-2.5-flash", "none", 0],
    ["gemini-2.5-flash", "xhigh", 24_576],
    ["gemini-2.5-pro", "xhigh", 32_768],
  ])("is in Gemini's range: %s, %s", async (model, effort, budget) => {
    const sent = await chat(`gemini/${model}`, { reasoning_effort: effort });
    expect(at(sent, "generationConfig", "thinkingConfig", "thinkingBudget")).toBe(budget);
    expect(JSON.stringify(sent)).not.toContain("thinkingLevel");
  });

  // 61
  it("has no temperature, no top_k and no small top_p beside it, and each is told", async () => {
    const body = { reasoning_effort: "medium", messages: [user("go")], top_k: 5 };
    const { sent, reply } = await house.ask("chat", SONNET, { ...body, temperature: 0.2 });
    for (const field of ["temperature", "top_k"]) expect(sent).not.toHaveProperty(field);
    expect(reply.headers.get("x-tokligence-losses")).toMatch(/dropped=temperature.*dropped=top_?k/i);
    const small = await house.ask("chat", SONNET, { ...body, top_p: 0.5 });
    expect(small.sent).not.toHaveProperty("top_p");
    expect(small.reply.headers.get("x-tokligence-losses")).toContain("dropped=top_p");
    expect((await chat(SONNET, { reasoning_effort: "medium", top_p: 0.97 }))["top_p"]).toBe(0.97);
  });

  // 61
  it.each([
    "required",
    { type: "function", function: { name: "look" } },
  ])("gives way to a tool that is forced: %j", async (choice) => {
    const sent = await chat(SONNET, {
      reasoning_effort: "high",
      tools: [chatTool("look")],
      tool_choice: choice,
      temperature: 0.2,
    });
    expect(sent["thinking"]).toEqual({ type: "disabled" });
    expect(sent["temperature"]).toBe(0.2);
  });
});

describe("no thinking", () => {
  // 62
  it("is said, because some models think unless they are told not to", async () => {
    for (const model of [SONNET, "messages/claude-opus-4-8"])
      expect((await chat(model, { reasoning_effort: "none" }))["thinking"]).toEqual({ type: "disabled" });
    const { sent } = await house.ask("gemini", SONNET, {
      contents: [{ parts: [{ text: "go" }] }],
      generationConfig: { thinkingConfig: { thinkingBudget: 0 } },
    });
    expect(sent["thinking"]).toEqual({ type: "disabled" });
    const { sent: responses } = await house.ask("messages", "responses/gpt-5.4", {
      max_tokens: 100,
      messages: [user("go")],
      thinking: { type: "disabled" },
    });
    expect(at(responses, "reasoning", "effort")).toBe("none");
  });

  // 62
  it("is not said to models that cannot think", async () => {
    expect(await chat("messages/claude-3-5-haiku", { reasoning_effort: "high" })).not.toHaveProperty("thinking");
    expect(await chat("gemini/gemini-2.0-flash", { reasoning_effort: "high" })).not.toHaveProperty(
      "generationConfig.thinkingConfig",
    );
    const { sent } = await house.ask("messages", "chat/gpt-4.1", {
      max_tokens: 2_000,
      messages: [user("go")],
      thinking: { type: "enabled", budget_tokens: 1_500 },
    });
    expect(sent).not.toHaveProperty("reasoning_effort");
  });
});

describe("the strength of thinking", () => {
  // 63
  it.each([
    "claude-opus-4-6",
    "claude-opus-4-8",
    "claude-sonnet-6",
    "claude-fable-9-20280101",
  ])("has no budget on %s", async (model) => {
    const sent = await chat(`messages/${model}`, { reasoning_effort: "high" });
    expect(sent["thinking"]).toEqual({ type: "adaptive" });
    expect(sent["output_config"]).toEqual({ effort: "high" });
    const { sent: gemini } = await house.ask("gemini", `messages/${model}`, {
      contents: [{ parts: [{ text: "go" }] }],
      generationConfig: { thinkingConfig: { thinkingBudget: 2_000 } },
    });
    expect(gemini).toMatchObject({ thinking: { type: "adaptive" }, output_config: { effort: "medium" } });
  });

  // 63
  it.each([
    ["claude-opus-4-6", "xhigh", "max"],
    ["claude-opus-4-8", "xhigh", "xhigh"],
    ["claude-opus-4-8", "minimal", "low"],
  ])("is one that Claude knows: %s, %s", async (model, asked, effort) => {
    expect((await chat(`messages/${model}`, { reasoning_effort: asked }))["output_config"]).toEqual({ effort });
  });

  // 64
  it.each([
    ["gemini-3-flash-preview", "minimal", "MINIMAL"],
    ["gemini-3-flash-preview", "none", "MINIMAL"],
    ["gemini-3.5-flash-lite", "minimal", "MINIMAL"],
    ["gemini-3.7-flash", "none", "LOW"],
    ["gemini-3.8-flash", "minimal", "LOW"],
    ["gemini-3.8-flash", "medium", "MEDIUM"],
    ["gemini-3-pro-preview", "minimal", "LOW"],
    ["gemini-3-pro-preview", "medium", "HIGH"],
    ["gemini-3.1-pro-preview", "medium", "MEDIUM"],
    ["gemini-3.1-pro-preview", "none", "LOW"],
    ["gemini-5-flash", "max", "HIGH"],
  ])("is a level that Gemini takes: %s, %s", async (model, effort, level) => {
    const sent = await chat(`gemini/${model}`, { reasoning_effort: effort });
    expect(at(sent, "generationConfig", "thinkingConfig")).toEqual({ thinkingLevel: level });
  });

  // 64, in OpenAI's words
  it.each([
    ["o3", "none", "low"],
    ["o4-mini", "max", "high"],
    ["gpt-5", "none", "minimal"],
    ["gpt-5-mini-2025-08-07", "max", "high"],
    ["gpt-5-pro", "low", "high"],
    ["gpt-5-codex", "minimal", "low"],
    ["gpt-5.1", "minimal", "low"],
    ["gpt-5.1", "max", "high"],
    ["gpt-5.1-codex-max", "max", "xhigh"],
    ["gpt-5.2", "max", "xhigh"],
    ["gpt-5.4", "none", "none"],
    ["gpt-5.4-pro", "low", "medium"],
    ["gpt-5.3-codex", "none", "low"],
    ["gpt-5.6-terra", "max", "max"],
    ["gpt-6.1", "minimal", "low"],
    ["gpt-oss-120b", "xhigh", "high"],
  ])("is one that OpenAI's model knows: %s, %s", async (model, asked, effort) => {
    const thinking = asked === "none" ? { type: "disabled" } : { type: "adaptive" };
    const config = asked === "none" ? {} : { output_config: { effort: asked } };
    const body = { max_tokens: 100, messages: [user("go")], thinking, ...config };
    expect((await house.ask("messages", `chat/${model}`, body)).sent["reasoning_effort"]).toBe(effort);
    expect(at((await house.ask("messages", `responses/${model}`, body)).sent, "reasoning", "effort")).toBe(effort);
  });
});

describe("a block of thinking", () => {
  // 66
  it("is closed, with a signature, before text begins", async () => {
    house.streams(chunk({ reasoning_content: "hm" }), chunk({ content: "so" }), chunk({}, "stop"), DONE);
    const { text } = await house.ask("messages", "chat/kimi-k3", {
      max_tokens: 100,
      messages: [user("go")],
      stream: true,
    });
    const steps = eventsOf(text).map((event) => `${textAt(event, "type")} ${textAt(event, "delta", "type")}`.trim());
    expect(steps).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta thinking_delta",
      "content_block_delta signature_delta",
      "content_block_stop",
      "content_block_start",
      "content_block_delta text_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  // 66
  it("of Claude ends before the text for clients of Responses", async () => {
    house.streams(
      ...claudeStream([
        ...claudeBlock(
          0,
          { type: "thinking", thinking: "", signature: "" },
          { type: "thinking_delta", thinking: "hm" },
          { type: "signature_delta", signature: "c2ln" },
        ),
        ...claudeBlock(1, { type: "text", text: "" }, { type: "text_delta", text: "so" }),
      ]),
    );
    const events = eventsOf(
      (await house.ask("responses", "messages/claude-opus-4-8", { input: "go", stream: true })).text,
    );
    const items = events.filter(({ type }) => /output_item/.test(String(type)));
    expect(items.map((event) => `${textAt(event, "type").slice(21)} ${textAt(event, "item", "type")}`)).toEqual([
      "added reasoning",
      "done reasoning",
      "added message",
      "done message",
    ]);
  });
});
