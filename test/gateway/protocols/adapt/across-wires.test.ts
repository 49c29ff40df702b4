import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { type ProviderWire, WIRE_PROTOCOLS, type WireProtocol } from "../../../../src-gateway/ir/protocol.ts";
import { adaptTarget, translateRequest } from "../../../support/translate.ts";

const HI = { role: "user", content: "hi" };
const chat = (more: JsonObject): JsonObject => ({ model: "m", messages: [HI], ...more });
const claude = (more: JsonObject): JsonObject => ({ model: "m", max_tokens: 100, messages: [HI], ...more });
const gemini = (more: JsonObject): JsonObject => ({ contents: [{ role: "user", parts: [{ text: "hi" }] }], ...more });

function send(json: JsonObject, client: WireProtocol, provider: ProviderWire, model?: string) {
  const { body, adapted } = translateRequest(json, client, adaptTarget(provider, model === undefined ? {} : { model }));
  return { body, losses: adapted.losses.map(({ verdict, field }) => `${verdict} ${field}`) };
}

const CALLED = [
  HI,
  { role: "assistant", content: [{ type: "tool_use", id: "a", name: "look", input: {} }] },
  { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "seen" }] },
];

describe("Claude on Bedrock", () => {
  const thinking = { type: "enabled", budget_tokens: 2_048 };

  it("does not think in front of calls whose thoughts are gone", () => {
    const { body, losses } = send(claude({ messages: CALLED, thinking }), "anthropic-messages", "bedrock-converse");
    expect(body["additionalModelRequestFields"]).toEqual({ thinking: { type: "disabled" } });
    expect(losses).toContain("dropped thinking");
  });

  it("thinks within the limit that the client set, or not at all", () => {
    const thoughts = (limit: number) => {
      const asked = claude({ thinking, max_tokens: limit });
      const { body, losses } = send(asked, "anthropic-messages", "bedrock-converse");
      expect(body["inferenceConfig"]).toEqual({ maxTokens: limit });
      return { ...(body["additionalModelRequestFields"] as JsonObject), losses };
    };
    expect(thoughts(4_000)).toEqual({ thinking, losses: [] });
    expect(thoughts(2_048)).toEqual({
      thinking: { ...thinking, budget_tokens: 1_024 },
      losses: ["emulated thinking"],
    });
    expect(thoughts(100)).toEqual({ thinking: { type: "disabled" }, losses: ["dropped thinking"] });
  });

  it("does not think in front of an answer that has begun", () => {
    const messages = [HI, { role: "assistant", content: "It is" }];
    for (const provider of ["anthropic-messages", "bedrock-converse"] as const) {
      const { body } = send(chat({ messages, reasoning_effort: "low" }), "openai-chat", provider);
      expect(JSON.stringify(body)).toContain('"thinking":{"type":"disabled"}');
    }
  });

  it("takes no more than one way to draw, and none while it thinks", () => {
    const drawn = { temperature: 0.5, top_p: 0.9, top_k: 5 };
    const calm = send(claude(drawn), "anthropic-messages", "bedrock-converse");
    expect(calm.body["inferenceConfig"]).toEqual({ maxTokens: 100, temperature: 0.5 });
    expect(calm.losses).toEqual(["dropped top_p"]);
    const busy = send(claude({ ...drawn, thinking }), "anthropic-messages", "bedrock-converse");
    expect(JSON.stringify(busy.body)).not.toMatch(/temperature|top_k/);
    expect(busy.losses).toEqual(expect.arrayContaining(["dropped temperature", "dropped top_k"]));
  });

  it("keeps the last four cache points, and none that lives longer than one before it", () => {
    const marked = (text: string, ttl?: string): JsonObject => ({
      type: "text",
      text,
      cache_control: { type: "ephemeral", ...(ttl === undefined ? {} : { ttl }) },
    });
    const content = [marked("a"), marked("b", "1h"), marked("c", "12h"), marked("d", "30m"), marked("e", "1h")];
    const { body } = send(chat({ messages: [{ role: "user", content }] }), "openai-chat", "bedrock-converse");
    const point = (ttl?: string) => ({ cachePoint: { type: "default", ...(ttl === undefined ? {} : { ttl }) } });
    expect(body["messages"]).toEqual([
      {
        role: "user",
        content: [
          { text: "a" },
          { text: "b" },
          point("1h"),
          { text: "c" },
          point("1h"),
          { text: "d" },
          point("5m"),
          { text: "e" },
          point(),
        ],
      },
    ]);
  });

  it("says so when tools cannot be kept from it", () => {
    const tools = [{ name: "look", input_schema: { type: "object" } }];
    const asked = claude({ messages: CALLED, tools, tool_choice: { type: "none" } });
    expect(send(asked, "anthropic-messages", "bedrock-converse").losses).toEqual(["dropped tool_choice"]);
    const fresh = claude({ tools, tool_choice: { type: "none" } });
    expect(send(fresh, "anthropic-messages", "bedrock-converse").losses).toEqual([]);
  });
});

describe("a prefill", () => {
  const asked = chat({ messages: [HI, { role: "assistant", content: "It is" }] });

  it.each<[ProviderWire, boolean]>([
    ["openai-responses", false],
    ["cohere-chat", false],
    ["anthropic-messages", true],
    ["gemini-content", true],
    ["bedrock-converse", true],
    ["ollama-chat", true],
  ])("on %s is continued as it stands: %s", (provider, goesOn) => {
    const { body, losses } = send(asked, "openai-chat", provider);
    expect(JSON.stringify(body).includes("Go on exactly")).toBe(!goesOn);
    expect(losses).toEqual(goesOn ? [] : ["emulated messages[last]"]);
  });

  it("is not continued by newer Claude models", () => {
    const { losses } = send(asked, "openai-chat", "anthropic-messages", "claude-opus-4-8");
    expect(losses).toContain("emulated messages[last]");
  });
});

const FLAT_TOOL = { type: "function", name: "f", parameters: { type: "object", properties: {} }, strict: false };
function said(more: JsonObject): JsonObject {
  const content = [{ type: "output_text", text: "hello", ...more }];
  return { type: "message", id: "msg_1", status: "completed", role: "assistant", phase: "commentary", content };
}

describe("what says nothing", () => {
  it.each<[WireProtocol, JsonObject]>([
    ["anthropic-messages", claude({ system: "", tools: [], mcp_servers: [], output_config: {}, container: null })],
    [
      "anthropic-messages",
      claude({ messages: [...CALLED.slice(0, 2), { role: "user", content: [result({ is_error: false })] }] }),
    ],
    ["openai-responses", { model: "m", input: "hi", parallel_tool_calls: true, tools: [FLAT_TOOL] }],
    ["openai-responses", { model: "m", input: [HI, said({ annotations: [], logprobs: [] }), HI] }],
    ["gemini-content", gemini({ systemInstruction: { role: "user", parts: [{ text: "Be brief." }] } })],
  ])("is no loss: %s %j", (client, json) => {
    const others = WIRE_PROTOCOLS.filter((wire) => wire !== client);
    expect(others.map((wire) => send(json, client, wire).losses)).toEqual(others.map(() => []));
  });
});

function result(more: JsonObject): JsonObject {
  return { type: "tool_result", tool_use_id: "a", content: "seen", ...more };
}

describe("what only the client's wire knows", () => {
  it.each<[WireProtocol, JsonObject, string]>([
    ["openai-chat", chat({ messages: [{ ...HI, name: "anna" }] }), "dropped messages[].name"],
    ["openai-chat", chat({ response_format: schema({ x_new: 1 }) }), "dropped response_format.x_new"],
    [
      "openai-responses",
      { model: "m", input: "hi", text: { format: flatSchema({ x_new: 1 }) } },
      "dropped text.format.x_new",
    ],
    ["openai-chat", chat({ tools: [{ type: "custom", custom: { name: "c" }, x_new: 1 }] }), "dropped tools[].x_new"],
    [
      "openai-chat",
      chat({ tools: [tool("f")], tool_choice: { type: "any", disable_parallel_tool_use: true } }),
      "dropped tool_choice.disable_parallel_tool_use",
    ],
  ])("is told: %s %j", (client, json, loss) => {
    expect(send(json, client, "gemini-content").losses).toContain(loss);
  });

  it.each([
    "cachedContent",
    "cached_content",
  ])("is refused when an answer would make no sense without it: %s", (name) => {
    const asked = gemini({ [name]: "cachedContents/abc" });
    expect(() => send(asked, "gemini-content", "openai-chat")).toThrow(GatewayError);
  });
});

function tool(name: string): JsonObject {
  return { type: "function", function: { name, parameters: { type: "object", properties: {} } } };
}
function schema(more: JsonObject): JsonObject {
  return { type: "json_schema", json_schema: { name: "n", schema: { type: "object" }, ...more } };
}
function flatSchema(more: JsonObject): JsonObject {
  return { type: "json_schema", name: "n", schema: { type: "object" }, ...more };
}

describe("who speaks", () => {
  it("is set right where a client mixes it up", () => {
    const parts = [
      { text: "a" },
      { functionCall: { name: "f", args: {} } },
      { functionResponse: { name: "f", response: { output: "x" } } },
    ];
    const { body } = send({ contents: [{ role: "user", parts }] }, "gemini-content", "openai-chat");
    expect(body["messages"]).toMatchObject([
      { role: "user", content: "a" },
      { role: "assistant", tool_calls: [{ function: { name: "f" } }] },
      { role: "tool", content: "x" },
    ]);
  });

  it("cannot be the system with a picture", () => {
    const image = { type: "input_image", image_url: "data:image/png;base64,AA==" };
    const input = [{ type: "message", role: "developer", content: [{ type: "input_text", text: "s" }, image] }];
    const { body } = send({ model: "m", input }, "openai-responses", "anthropic-messages");
    expect(body).toMatchObject({
      system: [{ type: "text", text: "s" }],
      messages: [{ role: "user", content: [{ type: "image" }] }],
    });
  });

  it("keeps a refusal apart from other words where there is a word for it", () => {
    const messages = [HI, { role: "assistant", content: "Well.", refusal: "No." }, HI];
    const item = (body: JsonObject) => (body["input"] as unknown[])[1];
    expect(item(send(chat({ messages }), "openai-chat", "openai-responses").body)).toMatchObject({
      content: [
        { type: "output_text", text: "Well." },
        { type: "refusal", refusal: "No." },
      ],
    });
  });

  it("gets no pictures back that a model drew, except from Gemini", () => {
    const image = { inlineData: { mimeType: "image/png", data: "AA==" } };
    const contents = [
      { role: "user", parts: [{ text: "draw" }] },
      { role: "model", parts: [{ text: "Here:" }, image] },
      { role: "user", parts: [{ text: "more" }] },
    ];
    const { body, losses } = send({ contents }, "gemini-content", "anthropic-messages");
    expect(JSON.stringify(body)).not.toContain("AA==");
    expect(losses).toEqual(["dropped contents[].parts[].inlineData"]);
  });
});

it("a choice among tools that the wire cannot make is told", () => {
  const asked = chat({ tools: [tool("f"), tool("g")], tool_choice: { type: "function", function: { name: "f" } } });
  expect(send(asked, "openai-chat", "ollama-chat").losses).toEqual(["dropped tool_choice"]);
  expect(send({ ...asked, tool_choice: "none" }, "openai-chat", "ollama-chat").body).not.toHaveProperty("tools");
});

it("cache marks go to wires that know them, and nowhere else", () => {
  const content = [
    { type: "image_url", image_url: "data:image/png;base64,AA==", cache_control: { type: "ephemeral" } },
  ];
  const asked = chat({ messages: [{ role: "user", content }] });
  const { body, losses } = send(asked, "openai-chat", "openai-responses");
  expect(JSON.stringify(body)).not.toContain("breakpoint");
  expect(losses).toEqual(["dropped cache_control"]);
});

describe("a tool without arguments", () => {
  it("names its properties, without which OpenAI refuses every tool of the request", () => {
    const tools = [{ name: "look", input_schema: { type: "object" } }];
    const parameters = { type: "object", properties: {} };
    const asked = (provider: ProviderWire) => send(claude({ tools }), "anthropic-messages", provider).body["tools"];
    expect(asked("openai-chat")).toEqual([{ type: "function", function: { name: "look", parameters } }]);
    expect(asked("openai-responses")).toEqual([{ type: "function", name: "look", parameters, strict: false }]);
  });
});

describe("a model that cannot think", () => {
  it("is not asked how much of its thoughts is to be seen", () => {
    const generationConfig = { thinkingConfig: { includeThoughts: true } };
    const asked = (model: string) =>
      send(gemini({ generationConfig }), "gemini-content", "openai-responses", model).body["reasoning"];
    expect(asked("gpt-4.1")).toBeUndefined();
    expect(asked("gpt-5.1")).toEqual({ summary: "auto" });
  });
});
