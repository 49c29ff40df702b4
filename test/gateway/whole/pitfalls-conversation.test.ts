/** Conversations that other gateways sent on in a form that the provider refuses. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  at,
  type Client,
  type Json,
  list,
  type PitfallGateway,
  startPitfallGateway,
} from "../../support/pitfall-gateway.ts";

const CLAUDE = "messages/claude-sonnet-4-5";
const GPT = "chat/gpt-4.1";
const GEMINI = "gemini/gemini-2.5-pro";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const chatCall = (id: string, name = "look", args = "{}"): Json => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const chatResult = (id: string, content: unknown = "seen"): Json => ({ role: "tool", tool_call_id: id, content });
const user = (content: unknown): Json => ({ role: "user", content });
const assistant = (content: unknown, ...calls: Json[]): Json => ({
  role: "assistant",
  content,
  ...(calls.length > 0 ? { tool_calls: calls } : {}),
});
const functions = (...names: string[]): Json[] =>
  names.map((name) => ({ type: "function", function: { name, parameters: { type: "object", properties: {} } } }));

const toClaude = async (messages: Json[], more: Json = {}) =>
  (await house.ask("chat", CLAUDE, { messages, tools: functions("look"), ...more })).sent;
const blocks = (message: unknown): Json[] => list(message, "content");
const typesOf = (message: unknown): unknown[] => blocks(message).map(({ type }) => type);
const rolesOf = (sent: Json): unknown[] => list(sent, "messages").map(({ role }) => role);

describe("calls and their results", () => {
  // 1
  it("get a result where a trimmed history lost it", async () => {
    const sent = await toClaude([
      user("go"),
      assistant(null, chatCall("a"), chatCall("b")),
      chatResult("b"),
      user("on"),
    ]);
    expect(rolesOf(sent)).toEqual(["user", "assistant", "user"]);
    expect(blocks(list(sent, "messages")[2])).toMatchObject([
      { type: "tool_result", tool_use_id: "a", is_error: true },
      { type: "tool_result", tool_use_id: "b" },
      { type: "text", text: "on" },
    ]);
    const { sent: gemini } = await house.ask("chat", GEMINI, {
      messages: [user("go"), assistant(null, chatCall("a")), user("on")],
    });
    expect(list(gemini, "contents", 2, "parts")[0]).toMatchObject({ functionResponse: { name: "look" } });
  });

  // 2
  it("have the results first in the user's turn, in front of a reminder", async () => {
    const { sent } = await house.ask("responses", CLAUDE, {
      input: [
        { role: "user", content: "go" },
        { type: "function_call", call_id: "a", name: "look", arguments: "{}" },
        { role: "user", content: "a reminder" },
        { type: "function_call_output", call_id: "a", output: "seen" },
      ],
    });
    expect(rolesOf(sent)).toEqual(["user", "assistant", "user"]);
    expect(typesOf(list(sent, "messages")[2])).toEqual(["tool_result", "text"]);
    const { sent: chat } = await house.ask("messages", GPT, {
      max_tokens: 100,
      messages: [
        user("go"),
        { role: "assistant", content: [{ type: "tool_use", id: "a", name: "look", input: {} }] },
        user([
          { type: "text", text: "a reminder" },
          { type: "tool_result", tool_use_id: "a", content: "seen" },
        ]),
      ],
    });
    expect(rolesOf(chat)).toEqual(["user", "assistant", "tool", "user"]);
  });

  // 3
  it("are as many: a result of no call is told as text", async () => {
    const sent = await toClaude([
      user("go"),
      assistant(null, chatCall("a")),
      chatResult("a"),
      chatResult("z", "stray"),
    ]);
    const last = list(sent, "messages").at(-1);
    expect(typesOf(last)).toEqual(["tool_result", "text", "text"]);
    expect(JSON.stringify(blocks(last).slice(1))).toContain("stray");
  });

  // 4
  it("count once when a result is sent twice", async () => {
    const sent = await toClaude([
      user("go"),
      assistant(null, chatCall("a")),
      chatResult("a", "one"),
      chatResult("a", "two"),
    ]);
    expect(blocks(list(sent, "messages").at(-1))).toMatchObject([
      { type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "one" }] },
    ]);
  });

  // 4
  it("count once when a call is sent twice", async () => {
    const sent = await toClaude([
      user("go"),
      assistant(null, chatCall("a")),
      chatResult("a"),
      assistant(null, chatCall("a")),
      chatResult("a"),
    ]);
    const all = list(sent, "messages").flatMap(blocks);
    expect(all.filter(({ type }) => type === "tool_use")).toHaveLength(1);
    expect(all.filter(({ type }) => type === "tool_result")).toHaveLength(1);
  });

  // 5
  it("do not come from nowhere after an answer that broke off", async () => {
    const sent = await toClaude([user("go"), assistant(""), chatResult("a", "seen"), user("on")]);
    expect(rolesOf(sent)).toEqual(["user"]);
    expect(JSON.stringify(sent["messages"])).not.toContain("tool_result");
    expect(JSON.stringify(sent["messages"])).toContain("seen");
  });
});

describe("ids of calls", () => {
  const long = `call_${"x".repeat(450)}|fc_${"y".repeat(20)}`;

  // 6
  it("that are too long or illegal are shortened alike for the call and its result, and stay apart", async () => {
    const other = `${long}z`;
    const sent = await toClaude([
      user("go"),
      assistant(null, chatCall(long), chatCall(other)),
      chatResult(long, "one"),
      chatResult(other, "two"),
    ]);
    const [uses, results] = list(sent, "messages").slice(1).map(blocks);
    const ids = uses?.map(({ id }) => id) as string[];
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(new Set(ids).size).toBe(2);
    expect(results?.map(({ tool_use_id: id }) => id)).toEqual(ids);
  });

  // 6
  it("are the same in the next turn, so that the prompt can be cached", async () => {
    const turns = [user("go"), assistant(null, chatCall(long)), chatResult(long)];
    const first = await toClaude(turns);
    const second = await toClaude([...turns, assistant("done"), user("on")]);
    expect(list(second, "messages").slice(0, 3)).toEqual(list(first, "messages"));
  });

  // 7
  it("are nine letters and digits for Mistral", async () => {
    const { sent } = await house.ask("messages", "mistral/mistral-large", {
      max_tokens: 100,
      messages: [
        user("go"),
        { role: "assistant", content: [{ type: "tool_use", id: "toolu_01ABC", name: "look", input: {} }] },
        user([{ type: "tool_result", tool_use_id: "toolu_01ABC", content: "seen" }]),
      ],
    });
    const id = at(sent, "messages", 1, "tool_calls", 0, "id");
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(at(sent, "messages", 2, "tool_call_id")).toBe(id);
  });

  // 8
  it("that a provider leaves empty are made up, and told apart", async () => {
    const call = (name: string): Json => ({ id: "", type: "function", function: { name, arguments: "{}" } });
    house.answers({
      id: "c",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: null, tool_calls: [call("look"), call("look")] },
          finish_reason: "tool_calls",
        },
      ],
    });
    const { text } = await house.ask("messages", GPT, { max_tokens: 100, messages: [user("go")] });
    const ids = list(JSON.parse(text), "content").map(({ id }) => id);
    expect(ids).toHaveLength(2);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{4,64}$/);
    expect(new Set(ids).size).toBe(2);
  });

  // 9
  it("are made for calls of Gemini's clients, unique and the same each time", async () => {
    const contents = [
      { role: "user", parts: [{ text: "go" }] },
      { role: "model", parts: [1, 2].map((n) => ({ functionCall: { name: "look", args: { n } } })) },
      {
        role: "user",
        parts: ["one", "two"].map((output) => ({ functionResponse: { name: "look", response: { output } } })),
      },
    ];
    const { sent } = await house.ask("gemini", CLAUDE, { contents });
    const [uses = [], results = []] = list(sent, "messages").slice(1).map(blocks);
    expect(new Set(uses.map(({ id }) => id)).size).toBe(2);
    expect(results.map(({ tool_use_id: id }) => id)).toEqual(uses.map(({ id }) => id));
    expect(results.map((result) => at(result, "content", 0, "text"))).toEqual(["one", "two"]);
    const again = await house.ask("gemini", CLAUDE, { contents });
    expect(again.sent).toEqual(sent);
  });

  // 9
  it("are given to Gemini's parallel calls of the same name, and lead back", async () => {
    const parts = [1, 2].map((n) => ({ functionCall: { name: "look", args: { n } } }));
    house.answers({ candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0 }] });
    const { text } = await house.ask("chat", GEMINI, { messages: [user("go")], tools: functions("look") });
    const calls = list(JSON.parse(text), "choices", 0, "message", "tool_calls");
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    const { sent } = await house.ask("chat", GEMINI, {
      messages: [
        user("go"),
        assistant(null, ...calls),
        chatResult(String(calls[1]?.["id"]), "two"),
        chatResult(String(calls[0]?.["id"]), "one"),
      ],
      tools: functions("look"),
    });
    const told = list(sent, "contents", 2, "parts").map((part) => at(part, "functionResponse", "response", "output"));
    expect(told).toEqual(["one", "two"]);
  });
});

describe("turns", () => {
  // 10
  it.each<[Client, Json]>([
    ["chat", { messages: [user("a"), user("b"), assistant("c"), assistant("d"), user("e")] }],
    [
      "responses",
      {
        input: ["a", "b", "c", "d", "e"].map((content, n) => ({
          role: n === 2 || n === 3 ? "assistant" : "user",
          content,
        })),
      },
    ],
  ])("of the same role are one for Anthropic and Gemini (%s)", async (client, body) => {
    const { sent } = await house.ask(client, CLAUDE, body);
    expect(rolesOf(sent)).toEqual(["user", "assistant", "user"]);
    const { sent: gemini } = await house.ask(client, GEMINI, body);
    expect(list(gemini, "contents").map(({ role }) => role)).toEqual(["user", "model", "user"]);
  });

  // 11
  it("have no blank text, and none of them is nothing else", async () => {
    const sent = await toClaude([
      user([
        { type: "text", text: "" },
        { type: "text", text: "go" },
      ]),
      assistant(""),
      user("on"),
      assistant(" \n"),
      user("?"),
    ]);
    expect(rolesOf(sent)).toEqual(["user"]);
    for (const block of list(sent, "messages").flatMap(blocks)) expect(String(block["text"]).trim()).not.toBe("");
  });

  // 12
  it("say null and not an empty text beside calls, and an empty text where there is nothing at all", async () => {
    const { sent } = await house.ask("messages", GPT, {
      max_tokens: 100,
      messages: [
        user("go"),
        { role: "assistant", content: [{ type: "tool_use", id: "a", name: "look", input: {} }] },
        user([{ type: "tool_result", tool_use_id: "a" }]),
      ],
    });
    expect(list(sent, "messages")[1]).toMatchObject({ content: null, tool_calls: [{ id: "a" }] });
    expect(list(sent, "messages")[2]).toEqual({ role: "tool", tool_call_id: "a", content: "" });
  });

  // 13
  it("of the system stand where they stood, in words that the provider has", async () => {
    const messages = [
      { role: "system", content: "rules" },
      user("a"),
      assistant("b"),
      { role: "system", content: "new rule" },
      user("c"),
    ];
    const sent = await toClaude(messages);
    expect(JSON.stringify(sent["system"])).toContain("rules");
    expect(rolesOf(sent)).toEqual(["user", "assistant", "user"]);
    expect(at(sent, "messages", 2, "content", 0, "text")).toContain("new rule");
    const { sent: gemini } = await house.ask("chat", GEMINI, { messages });
    expect(at(gemini, "contents", 2, "parts", 0, "text")).toContain("new rule");
    expect(at(gemini, "systemInstruction", "parts", 0, "text")).toBe("rules");
  });

  // 14
  it("of a developer are the system's for everybody else", async () => {
    const input = [
      { role: "developer", content: [{ type: "input_text", text: "rules" }] },
      { role: "user", content: "go" },
    ];
    const { sent: chat } = await house.ask("responses", "deepseek/deepseek-chat", { input });
    expect(rolesOf(chat)).toEqual(["system", "user"]);
    const { sent: gemini } = await house.ask("chat", GEMINI, {
      messages: [{ role: "developer", content: "rules" }, user("go")],
    });
    expect(at(gemini, "systemInstruction", "parts", 0, "text")).toBe("rules");
  });

  // 15
  it.each([
    "claude-opus-4-6",
    "claude-opus-5",
    "claude-fable-9",
  ])("that end with the assistant's go to %s with a word of the user", async (model) => {
    const { sent } = await house.ask("responses", `messages/${model}`, {
      input: [
        { role: "user", content: "go" },
        { role: "assistant", content: [{ type: "output_text", text: "half of it" }] },
      ],
    });
    expect(rolesOf(sent)).toEqual(["user", "assistant", "user"]);
  });

  // 15
  it("that end with the assistant's stay a beginning for models that go on from it", async () => {
    const sent = await toClaude([user("go"), assistant("{ ")]);
    expect(list(sent, "messages").at(-1)).toMatchObject({ role: "assistant", content: [{ text: "{" }] });
  });

  // 16
  it("begin with the user's for Gemini and Anthropic", async () => {
    const messages = [assistant("welcome"), user("hi")];
    const { sent } = await house.ask("chat", GEMINI, { messages });
    expect(list(sent, "contents").map(({ role }) => role)).toEqual(["user", "model", "user"]);
    expect(rolesOf(await toClaude(messages))).toEqual(["user", "assistant", "user"]);
  });
});
