/** Tools, their names and their arguments, where other gateways broke them. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  at,
  type Client,
  eventsOf,
  type Json,
  list,
  type PitfallGateway,
  startPitfallGateway,
  textAt,
} from "../../support/pitfall-gateway.ts";
import {
  chatCall,
  chatCalls,
  chatTool,
  chunk,
  claudeBlock,
  claudeStream,
  claudeTool,
  DONE,
  piece,
  schema,
  user,
} from "../../support/pitfall-words.ts";

const CLAUDE = "messages/claude-sonnet-4-5";
const GPT = "chat/gpt-4.1";
const RESPONSES = "responses/gpt-5.4";
const GEMINI = "gemini/gemini-2.5-pro";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

/** A request of each client for one answer with the tool `look`. */
const REQUESTS: readonly [Client, Json][] = [
  ["chat", { messages: [user("go")], tools: [chatTool("look")] }],
  ["responses", { input: "go", tools: [{ type: "function", name: "look", parameters: schema }] }],
  ["messages", { max_tokens: 100, messages: [user("go")], tools: [claudeTool("look")] }],
  [
    "gemini",
    { contents: [{ role: "user", parts: [{ text: "go" }] }], tools: [{ functionDeclarations: [{ name: "look" }] }] },
  ],
];

describe("arguments", () => {
  // 22
  it.each(['["a"]', '"text"', '{"path":', "null", "17"])("that are no object stay sendable: %s", async (args) => {
    const body = {
      messages: [
        user("go"),
        { role: "assistant", content: null, tool_calls: [chatCall("look", args)] },
        { role: "tool", tool_call_id: "call_1", content: "seen" },
      ],
      tools: [chatTool("look")],
    };
    const { sent } = await house.ask("chat", CLAUDE, body);
    expect(at(sent, "messages", 1, "content", 0, "input")).toEqual({ _raw: args });
    const { sent: gemini } = await house.ask("chat", GEMINI, body);
    expect(at(gemini, "contents", 1, "parts", 0, "functionCall", "args")).toEqual({ _raw: args });
    const { sent: chat } = await house.ask("responses", GPT, {
      input: [
        { role: "user", content: "go" },
        { type: "function_call", call_id: "call_1", name: "look", arguments: args },
        { type: "function_call_output", call_id: "call_1", output: "seen" },
      ],
    });
    expect(JSON.parse(String(at(chat, "messages", 1, "tool_calls", 0, "function", "arguments")))).toEqual({
      _raw: args,
    });
  });

  // 22
  it.each<[string, unknown, Json]>([
    ["an object", { path: "a" }, { path: "a" }],
    ["broken", '{"path":"a', { _raw: '{"path":"a' }],
    ["a list", '["a"]', { _raw: '["a"]' }],
  ])("of an answer that are %s are an object for clients who want one", async (_name, args, input) => {
    house.answers(chatCalls(chatCall("look", args)));
    const { text } = await house.ask("messages", GPT, { max_tokens: 100, messages: [user("go")] });
    expect(at(JSON.parse(text), "content", 0, "input")).toEqual(input);
    house.answers(chatCalls(chatCall("look", args)));
    const { text: gemini } = await house.ask("gemini", GPT, { contents: [{ parts: [{ text: "go" }] }] });
    expect(at(JSON.parse(gemini), "candidates", 0, "content", "parts", 0, "functionCall", "args")).toEqual(input);
  });

  // 23
  it.each(REQUESTS)("that are none are {} in a stream for a client of %s", async (client, body) => {
    const call = { type: "tool_use", id: "toolu_1", name: "look", input: {} };
    house.streams(
      ...claudeStream(claudeBlock(0, call, { type: "input_json_delta", partial_json: "" }), {
        stop_reason: "tool_use",
      }),
    );
    const target = client === "messages" ? GPT : CLAUDE;
    if (client === "messages")
      house.streams(piece(0, { id: "c", function: { name: "look", arguments: "" } }), chunk({}, "tool_calls"), DONE);
    const events = eventsOf((await house.ask(client, target, { ...body, stream: true })).text);
    const told: Record<Client, () => unknown> = {
      chat: () =>
        JSON.parse(
          events
            .map((event) => textAt(event, "choices", 0, "delta", "tool_calls", 0, "function", "arguments"))
            .join(""),
        ),
      responses: () =>
        JSON.parse(String(events.find(({ type }) => type === "response.function_call_arguments.done")?.["arguments"])),
      messages: () =>
        at(
          events.find(({ type }) => type === "content_block_start"),
          "content_block",
          "input",
        ),
      gemini: () =>
        events.map((event) => at(event, "candidates", 0, "content", "parts", 0, "functionCall", "args")).find(Boolean),
    };
    expect(told[client]()).toEqual({});
  });
});

describe("the choice of a tool", () => {
  // 24
  it("stays none", async () => {
    const body = { messages: [user("go")], tools: [chatTool("look")], tool_choice: "none" };
    expect((await house.ask("chat", CLAUDE, body)).sent["tool_choice"]).toEqual({ type: "none" });
    expect(at((await house.ask("chat", GEMINI, body)).sent, "toolConfig", "functionCallingConfig", "mode")).toBe(
      "NONE",
    );
    expect((await house.ask("chat", RESPONSES, body)).sent["tool_choice"]).toBe("none");
    const { sent } = await house.ask("messages", GPT, {
      max_tokens: 100,
      messages: [user("go")],
      tools: [claudeTool("look")],
      tool_choice: { type: "none" },
    });
    expect(sent["tool_choice"]).toBe("none");
  });

  // 25
  it("goes with the tools: without them there is none, and nothing is said of parallel calls", async () => {
    const body = { messages: [user("go")], tools: [], tool_choice: "auto", parallel_tool_calls: false };
    for (const model of [CLAUDE, RESPONSES, GEMINI]) {
      const { sent } = await house.ask("chat", model, body);
      for (const field of ["tools", "tool_choice", "toolConfig", "parallel_tool_calls"])
        expect(sent).not.toHaveProperty(field);
    }
    const { sent } = await house.ask("messages", GPT, {
      max_tokens: 100,
      messages: [user("go")],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
    });
    expect(Object.keys(sent).filter((field) => /tool/.test(field))).toEqual([]);
  });

  // 26
  it("can forbid parallel calls in the words of either side", async () => {
    const claude = { max_tokens: 100, messages: [user("go")], tools: [claudeTool("look")] };
    for (const model of [GPT, RESPONSES]) {
      const { sent } = await house.ask("messages", model, {
        ...claude,
        tool_choice: { type: "any", disable_parallel_tool_use: true },
      });
      expect(sent).toMatchObject({ parallel_tool_calls: false, tool_choice: "required" });
    }
    for (const [client, body] of REQUESTS.slice(0, 2)) {
      const { sent } = await house.ask(client, CLAUDE, { ...body, parallel_tool_calls: false });
      expect(sent["tool_choice"]).toEqual({ type: "auto", disable_parallel_tool_use: true });
    }
  });
});

describe("tools that the provider runs itself", () => {
  const search = { type: "web_search_20250305", name: "web_search" };
  const claude = { max_tokens: 100, messages: [user("go")] };

  // 32, 33
  it("are left out and named where there are others, and never become functions", async () => {
    const { sent, reply } = await house.ask("messages", GPT, { ...claude, tools: [search, claudeTool("look")] });
    expect(list(sent, "tools").map((tool) => at(tool, "function", "name"))).toEqual(["look"]);
    expect(reply.headers.get("x-tokligence-losses")).toContain("web_search_20250305");
  });

  // 32, 33
  it.each<[Client, Json]>([
    ["messages", { ...claude, tools: [search] }],
    ["messages", { ...claude, tools: [search, claudeTool("look")], tool_choice: { type: "tool", name: "web_search" } }],
    ["responses", { input: "go", tools: [{ type: "web_search" }] }],
    ["gemini", { contents: [{ parts: [{ text: "go" }] }], tools: [{ googleSearch: {} }] }],
  ])("are refused when nothing else is wanted (%s)", async (client, body) => {
    const { request, reply, text } = await house.ask(client, GPT, body);
    expect(reply.status).toBe(400);
    expect(text).toMatch(/search/i);
    expect(request).toBeUndefined();
  });

  // 33
  it("are refused to those who want no losses", async () => {
    const body = { ...claude, tools: [search, claudeTool("look")] };
    const { request, reply, text } = await house.ask("messages", GPT, body, { "x-tokligence-strict": "true" });
    expect(reply.status).toBe(400);
    expect(text).toContain("web_search_20250305");
    expect(request).toBeUndefined();
  });
});

describe("blocks of Anthropic's in the words of Chat", () => {
  // 34
  it("are the calls, results and tools that they mean", async () => {
    const { sent } = await house.ask("chat", CLAUDE, {
      messages: [
        user("go"),
        {
          role: "assistant",
          content: [
            { type: "text", text: "I look." },
            { type: "tool_use", id: "toolu_1", name: "look", input: { path: "a" } },
          ],
        },
        user([
          { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "seen" }] },
          { type: "text", text: "on" },
        ]),
      ],
      tools: [claudeTool("look")],
      tool_choice: { type: "auto" },
    });
    expect(
      list(sent, "messages")
        .slice(1)
        .flatMap((message) => list(message, "content")),
    ).toEqual([
      { type: "text", text: "I look." },
      { type: "tool_use", id: "toolu_1", name: "look", input: { path: "a" } },
      { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "seen" }] },
      { type: "text", text: "on" },
    ]);
    expect(sent["tools"]).toEqual([claudeTool("look")]);
    expect(sent["tool_choice"]).toEqual({ type: "auto" });
  });
});
