/** Parameters that other gateways sent to models that refuse them. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adaptRequest } from "../../../src-gateway/protocols/adapt/adapt.ts";
import { bedrockConverseCodec } from "../../../src-gateway/protocols/bedrock-converse/codec.ts";
import { irRequest, turn } from "../../support/ir-request.ts";
import { at, type Json, list, type PitfallGateway, startPitfallGateway } from "../../support/pitfall-gateway.ts";
import { user } from "../../support/pitfall-words.ts";

const SONNET = "messages/claude-sonnet-4-5";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const chat = (model: string, more: Json) => house.ask("chat", model, { messages: [user("go")], ...more });
const claude = (model: string, more: Json) =>
  house.ask("messages", model, { max_tokens: 500, messages: [user("go")], ...more });
const losses = (reply: Response): string => reply.headers.get("x-tokligence-losses") ?? "";

describe("what is said of sampling", () => {
  // 67
  it.each([
    "messages/claude-opus-4-8",
    "messages/claude-sonnet-7",
    "responses/gpt-5.4",
    "responses/o3",
  ])("is left out, and told, for %s, which refuses it", async (model) => {
    const { sent, reply } = await chat(model, { temperature: 0.2, top_p: 0.9 });
    expect(sent).not.toHaveProperty("temperature");
    expect(sent).not.toHaveProperty("top_p");
    expect(losses(reply)).toMatch(/dropped=temperature/);
    expect(losses(reply)).toMatch(/dropped=top_p/);
  });

  // 67
  it("is left out of what Claude's and Google's clients say to GPT-5", async () => {
    const { sent } = await claude("chat/gpt-5.2", { temperature: 0.2, top_k: 5 });
    expect(Object.keys(sent).filter((field) => /temperature|top_/.test(field))).toEqual([]);
    const { sent: responses } = await house.ask("gemini", "responses/gpt-5.2", {
      contents: [{ parts: [{ text: "go" }] }],
      generationConfig: { temperature: 0.2, topP: 0.9, topK: 5 },
    });
    expect(Object.keys(responses).filter((field) => /temperature|top_/.test(field))).toEqual([]);
  });

  // 67
  it("has no penalties for models that think, which refuse them", async () => {
    const config = { presencePenalty: 0.5, frequencyPenalty: 0.5 };
    const { sent, reply } = await house.ask("gemini", "chat/gpt-5.2", {
      contents: [{ parts: [{ text: "go" }] }],
      generationConfig: config,
    });
    expect(Object.keys(sent).filter((field) => /penalty/.test(field))).toEqual([]);
    expect(losses(reply)).toMatch(/presencePenalty.*frequencyPenalty/);
    const { sent: older } = await house.ask("gemini", "chat/gpt-4.1", {
      contents: [{ parts: [{ text: "go" }] }],
      generationConfig: config,
    });
    expect(older).toMatchObject({ presence_penalty: 0.5, frequency_penalty: 0.5 });
    const { sent: gemini } = await chat("gemini/gemini-3.6-flash", { presence_penalty: 0.5, temperature: 0.2 });
    expect(gemini).not.toHaveProperty("generationConfig");
  });

  // 68
  it("is either a temperature or a top_p for Claude, not both", async () => {
    const { sent } = await chat(SONNET, { temperature: 0.2, top_p: 0.9 });
    expect(sent["temperature"]).toBe(0.2);
    expect(sent).not.toHaveProperty("top_p");
    expect((await chat(SONNET, { top_p: 0.9 })).sent["top_p"]).toBe(0.9);
  });

  // 67
  it("is within what the provider takes", async () => {
    expect((await chat(SONNET, { temperature: 1.7 })).sent["temperature"]).toBe(1);
    expect(
      at((await chat("gemini/gemini-2.5-pro", { temperature: 1.7 })).sent, "generationConfig", "temperature"),
    ).toBe(1.7);
  });
});

describe("the limit of an answer", () => {
  // 69
  it("has the name that the server knows, whichever the client used", async () => {
    expect((await claude("chat/gpt-5.2", {})).sent).toMatchObject({ max_completion_tokens: 500 });
    expect((await claude("chat/gpt-5.2", {})).sent).not.toHaveProperty("max_tokens");
    expect((await claude("old/llama-3", {})).sent).toMatchObject({ max_tokens: 500 });
    expect((await claude("old/llama-3", {})).sent).not.toHaveProperty("max_completion_tokens");
    for (const field of ["max_tokens", "max_completion_tokens"]) {
      expect((await chat(SONNET, { [field]: 500 })).sent["max_tokens"]).toBe(500);
      expect((await chat("responses/gpt-5.4", { [field]: 500 })).sent["max_output_tokens"]).toBe(500);
    }
  });

  // 70
  it.each([
    ["claude-opus-9", 32_000],
    ["claude-sonnet-4-5", 32_000],
    ["claude-3-5-haiku-latest", 8_192],
    ["some-model-of-tomorrow", 32_000],
  ])("that nobody named is not small: %s", async (model, most) => {
    expect((await chat(`messages/${model}`, {})).sent["max_tokens"]).toBe(most);
  });

  // 70
  it("is not made up where the wire needs none", async () => {
    for (const model of ["responses/gpt-5.4", "gemini/gemini-3-pro"])
      expect(JSON.stringify((await chat(model, {})).sent)).not.toMatch(/max_?output/i);
  });

  // 70
  it("is no more than the model can, and no less than the wire takes", async () => {
    expect((await chat("messages/claude-3-5-haiku-latest", { max_tokens: 100_000 })).sent["max_tokens"]).toBe(8_192);
    expect((await claude("responses/gpt-5.4", { max_tokens: 1 })).sent["max_output_tokens"]).toBe(16);
  });
});

describe("stop sequences", () => {
  // 71
  it("may be one text or a list, and are a list for everybody else", async () => {
    for (const stop of ["END", ["END"]]) {
      expect((await chat(SONNET, { stop })).sent["stop_sequences"]).toEqual(["END"]);
      expect(at((await chat("gemini/gemini-2.5-pro", { stop })).sent, "generationConfig", "stopSequences")).toEqual([
        "END",
      ]);
    }
  });

  // 71
  it("are as many as the provider takes, and the rest is told", async () => {
    const { sent, reply } = await claude("chat/gpt-4.1", { stop_sequences: ["a", "b", "c", "d", "e"] });
    expect(sent["stop"]).toEqual(["a", "b", "c", "d"]);
    expect(losses(reply)).toContain("clamped=stop_sequences");
    const { sent: responses, reply: told } = await chat("responses/gpt-5.4", { stop: ["a"] });
    expect(responses).not.toHaveProperty("stop");
    expect(losses(told)).toContain("dropped=stop");
  });

  // 71
  it("of white space are kept from Claude, and with nothing left there is no field", async () => {
    expect((await chat(SONNET, { stop: ["\n\n", "END", " "] })).sent["stop_sequences"]).toEqual(["END"]);
    expect((await chat(SONNET, { stop: ["\n"] })).sent).not.toHaveProperty("stop_sequences");
    expect((await claude("chat/gpt-4.1", { stop_sequences: ["\n"] })).sent["stop"]).toEqual(["\n"]);
  });
});

describe("betas", () => {
  const headers = {
    "anthropic-beta": "interleaved-thinking-2025-05-14,some-beta-of-tomorrow",
    "anthropic-version": "2023-06-01",
  };

  // 72
  it.each([
    "chat/gpt-4.1",
    "responses/gpt-5.4",
    "gemini/gemini-3-pro",
  ])("of Anthropic's stay away from %s", async (model) => {
    const { request, sent } = await house.ask(
      "messages",
      model,
      { max_tokens: 500, messages: [user("go")], betas: ["x"] },
      headers,
    );
    expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith("anthropic"))).toEqual([]);
    expect(JSON.stringify(sent)).not.toContain("beta");
  });

  // 72
  it("reach Anthropic's own wire as they are, unknown ones too", async () => {
    const { request } = await house.ask("messages", SONNET, { max_tokens: 500, messages: [user("go")] }, headers);
    expect(request?.headers["anthropic-beta"]).toBe(headers["anthropic-beta"]);
  });

  // 72
  it("are not made up for Bedrock", () => {
    const model = "anthropic.claude-sonnet-4-5-v1:0";
    const place = { wire: "bedrock-converse", provider: "aws", model, profile: {}, compat: new Set<string>() } as const;
    const asked = irRequest([turn("user", "go")], {
      source: "anthropic-messages",
      home: { betas: ["context-1m-2025-08-07"] },
    });
    const { request, losses: lost } = adaptRequest(asked, place);
    expect(JSON.stringify(bedrockConverseCodec.encodeRequest(request, place))).not.toContain("beta");
    expect(lost).toEqual([]);
  });
});

describe("fields of one provider", () => {
  // 73
  it("do not leak into requests to another", async () => {
    const body = {
      prompt_cache_retention: "24h",
      logit_bias: { 1: 1 },
      prediction: { type: "content", content: "x" },
      web_search_options: {},
      service_tier: "priority",
      seed: 3,
      stream_options: { include_usage: true, include_obfuscation: false },
    };
    for (const model of [SONNET, "gemini/gemini-2.5-pro", "responses/gpt-5.4"]) {
      const { sent } = await chat(model, body);
      for (const field of Object.keys(body)) expect(sent).not.toHaveProperty(field);
    }
  });

  // 73
  it("are left out of marks that only newer models of OpenAI know", async () => {
    const marked = [{ type: "text", text: "rules", cache_control: { type: "ephemeral", ttl: "1h" } }];
    for (const model of ["chat/gpt-4.1", "responses/gpt-5.4", "chat/gpt-5.6"]) {
      const { sent } = await claude(model, { system: marked, messages: [user(marked)] });
      expect(JSON.stringify(sent)).not.toMatch(/cache_control|breakpoint|ttl|ephemeral/);
      expect(list(sent, model.startsWith("chat") ? "messages" : "input").length).toBeGreaterThan(0);
    }
  });

  // 73
  it("that only some servers of Chat know are kept from those that refuse them", async () => {
    const { sent } = await claude("old/llama-3", { stream: true });
    expect(sent).not.toHaveProperty("stream_options");
    expect((await claude("chat/gpt-4.1", { stream: true })).sent["stream_options"]).toEqual({ include_usage: true });
    expect((await claude("chat/gpt-4.1", {})).sent).not.toHaveProperty("stream_options");
  });
});
