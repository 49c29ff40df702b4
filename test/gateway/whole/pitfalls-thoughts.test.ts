/**
 * Thoughts on their way back to who made them, and to nobody else. Other gateways sent them on, and the session was dead.
 * Numbers: the list of known pitfalls.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  at,
  eventsOf,
  type Json,
  list,
  type PitfallGateway,
  startPitfallGateway,
  textAt,
} from "../../support/pitfall-gateway.ts";
import {
  chatCall,
  chatTool,
  chunk,
  claudeTool,
  DONE,
  geminiPiece,
  piece,
  schema,
  user,
} from "../../support/pitfall-words.ts";

const SENTINEL = "skip_thought_signature_validator";
const GEMINI = "gemini/gemini-3-pro-preview";
const CLAUDE = "messages/claude-opus-4-8";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const claude = { max_tokens: 8_000, tools: [claudeTool("look")] };
const result = (id: unknown): Json => user([{ type: "tool_result", tool_use_id: id, content: "seen" }]);
const signaturesOf = (sent: Json): unknown[] =>
  list(sent, "contents").flatMap((content) => list(content, "parts").map((part) => part["thoughtSignature"]));

/** One turn of a client of Messages with a thinking Gemini, and the messages of the next. */
async function afterGeminiCall(): Promise<Json[]> {
  house.answers(
    geminiPiece(
      [
        { text: "I should look.", thought: true },
        { functionCall: { name: "look", args: {} }, thoughtSignature: "c2lnLWdlbWluaQ==" },
      ],
      "STOP",
    ),
  );
  const { text } = await house.ask("messages", GEMINI, { ...claude, messages: [user("go")] });
  const content = list(JSON.parse(text), "content");
  return [user("go"), { role: "assistant", content }, result(content.at(-1)?.["id"])];
}

describe("thoughts of one provider in the hands of another", () => {
  // 47, 56
  it("are kept from Anthropic, which would refuse the session for ever", async () => {
    const messages = await afterGeminiCall();
    expect(JSON.stringify(messages)).toContain("I should look.");
    const own = { type: "thinking", thinking: "mine", signature: "c2lnLWNsYXVkZQ==" };
    const { sent } = await house.ask("messages", CLAUDE, {
      ...claude,
      messages: [...messages, { role: "assistant", content: [own, { type: "text", text: "done" }] }, user("on")],
    });
    const blocks = list(sent, "messages").flatMap((message) => list(message, "content"));
    expect(blocks.map(({ type }) => type)).toEqual(["tool_use", "tool_result", "thinking", "text"]);
    expect(blocks[2]).toEqual(own);
    expect(JSON.stringify(sent)).not.toContain("c2lnLWdlbWluaQ");
  });

  // 65
  it("are not told as text in tags, which models would learn to write themselves", async () => {
    for (const model of [CLAUDE, "chat/gpt-4.1", "responses/gpt-5.4"]) {
      const { sent } = await house.ask("messages", model, { ...claude, messages: await afterGeminiCall() });
      expect(JSON.stringify(sent)).not.toContain("I should look.");
    }
  });

  // 56
  it("that are encrypted come to no other provider of Responses", async () => {
    const item = { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "gAAAAA-openai" };
    const call = {
      id: "fc_1",
      type: "function_call",
      call_id: "call_1",
      name: "look",
      arguments: "{}",
      status: "completed",
    };
    const input = [user("go"), item, call, { type: "function_call_output", call_id: "call_1", output: "seen" }];
    for (const model of [CLAUDE, GEMINI, "chat/gpt-4.1"]) {
      const { sent } = await house.ask("responses", model, { input });
      expect(JSON.stringify(sent)).not.toContain("gAAAAA-openai");
    }
    expect((await house.ask("responses", "responses/gpt-5.4", { input })).sent["input"]).toEqual(input);
  });

  // 56
  it("that Claude gave to a client of Responses go back to Claude, and not to OpenAI", async () => {
    house.answers({
      id: "m",
      type: "message",
      content: [
        { type: "thinking", thinking: "hm", signature: "c2lnLWNsYXVkZQ==" },
        { type: "tool_use", id: "toolu_1", name: "look", input: {} },
      ],
      stop_reason: "tool_use",
    });
    const tools = [{ type: "function", name: "look", parameters: schema }];
    const { text } = await house.ask("responses", CLAUDE, {
      input: "go",
      tools,
      include: ["reasoning.encrypted_content"],
    });
    const output = list(JSON.parse(text), "output");
    const input = [user("go"), ...output, { type: "function_call_output", call_id: "toolu_1", output: "seen" }];
    const { sent } = await house.ask("responses", CLAUDE, { input, tools });
    expect(at(sent, "messages", 1, "content", 0)).toEqual({
      type: "thinking",
      thinking: "hm",
      signature: "c2lnLWNsYXVkZQ==",
    });
    const { sent: openai } = await house.ask("responses", "responses/gpt-5.4", { input, tools });
    expect(list(openai, "input").map(({ type }) => type ?? "message")).toEqual([
      "message",
      "function_call",
      "function_call_output",
    ]);
  });

  // 46
  it("of another model of the same provider are left out", async () => {
    const messages = await afterGeminiCall();
    const { sent } = await house.ask("messages", "gemini/gemini-3-flash-preview", { ...claude, messages });
    expect(signaturesOf(sent).filter(Boolean)).toEqual([SENTINEL]);
  });

  // 57
  it("leave no turn without content behind", async () => {
    const { sent } = await house.ask("responses", "chat/gpt-4.1", {
      input: [user("go"), { type: "reasoning", summary: [], encrypted_content: "x" }, user("on")],
    });
    expect(
      list(sent, "messages").every(
        ({ content }) => typeof content === "string" || (Array.isArray(content) && content.length > 0),
      ),
    ).toBe(true);
    expect(list(sent, "messages").map(({ role }) => role)).toEqual(["user"]);
  });
});

describe("signatures of Gemini", () => {
  // 48, 49
  it("come back to the provider that made them, and to no other place that serves the model", async () => {
    const messages = await afterGeminiCall();
    const { sent } = await house.ask("messages", GEMINI, { ...claude, messages });
    expect(list(sent, "contents", 1, "parts").at(-1)).toMatchObject({ thoughtSignature: "c2lnLWdlbWluaQ==" });
    const { sent: other } = await house.ask("messages", "other-gemini/gemini-3-pro-preview", { ...claude, messages });
    expect(signaturesOf(other).filter(Boolean)).toEqual([SENTINEL]);
  });

  // 49
  it("come back for clients of Chat, whose wire has no place for them", async () => {
    house.answers(
      geminiPiece(
        [
          { functionCall: { name: "look", args: {} }, thoughtSignature: "Y2hhdC1zaWc=" },
          { functionCall: { name: "look", args: { n: 2 } } },
        ],
        "STOP",
      ),
    );
    const body = { messages: [user("go")], tools: [chatTool("look")] };
    const { text } = await house.ask("chat", GEMINI, body);
    const calls = list(JSON.parse(text), "choices", 0, "message", "tool_calls").map((call) => ({
      id: call["id"],
      type: "function",
      function: call["function"],
    }));
    const history = [
      { role: "assistant", content: null, tool_calls: calls },
      ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "seen" })),
    ];
    const { sent } = await house.ask("chat", GEMINI, { ...body, messages: [user("go"), ...history] });
    expect(signaturesOf(sent).filter(Boolean)).toEqual(["Y2hhdC1zaWc="]);
  });

  // 49, 50
  it("are replaced by the word for none where a call never had one, on the first of parallel calls", async () => {
    const calls = ["a", "b"].map((id) => chatCall("look", "{}", id));
    const body = {
      messages: [
        user("go"),
        { role: "assistant", content: null, tool_calls: calls },
        ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "seen" })),
      ],
    };
    expect(signaturesOf((await house.ask("chat", GEMINI, body)).sent).filter(Boolean)).toEqual([SENTINEL]);
    expect(signaturesOf((await house.ask("chat", "gemini/gemini-2.5-pro", body)).sent).filter(Boolean)).toEqual([]);
  });

  // 51
  it("do not make a text a thought, and may stand on an empty one", async () => {
    house.streams(
      geminiPiece([{ text: "Hello " }]),
      geminiPiece([{ text: "there", thoughtSignature: "dGV4dC1zaWc=" }]),
      geminiPiece([{ text: "", thoughtSignature: "bGFzdC1zaWc=" }], "STOP"),
    );
    const { text } = await house.ask("messages", GEMINI, { ...claude, messages: [user("go")], stream: true });
    const deltas = eventsOf(text).map((event) => event["delta"]);
    expect(deltas.map((delta) => textAt(delta, "text")).join("")).toBe("Hello there");
    expect(deltas.filter((delta) => at(delta, "type") === "thinking_delta")).toEqual([]);
  });

  // 52
  it("of a thought are not lost when later pieces of it have none", async () => {
    const stream = () =>
      house.streams(
        geminiPiece([{ text: "first ", thought: true, thoughtSignature: "dGhvdWdodA==" }]),
        geminiPiece([{ text: "then", thought: true }]),
        geminiPiece([{ functionCall: { name: "look", args: {} } }], "STOP"),
      );
    stream();
    const { text } = await house.ask("messages", GEMINI, { ...claude, messages: [user("go")], stream: true });
    const thinking = eventsOf(text)
      .map((event) => textAt(event, "delta", "thinking"))
      .join("");
    expect(thinking).toBe("first then");
    stream();
    const streamed = eventsOf((await house.ask("responses", GEMINI, { input: "go", stream: true })).text);
    const output = list(streamed.at(-1), "response", "output");
    const { sent } = await house.ask("responses", GEMINI, {
      input: [
        user("go"),
        ...output,
        { type: "function_call_output", call_id: output.at(-1)?.["call_id"], output: "seen" },
      ],
    });
    expect(signaturesOf(sent)).toContain("dGhvdWdodA==");
  });
});

describe("items of OpenAI's reasoning", () => {
  /** What a client of Messages was given by a provider of Responses. */
  async function thoughtOfOpenAi(): Promise<Json[]> {
    house.answers({
      id: "resp_1",
      object: "response",
      status: "completed",
      output: [
        {
          id: "rs_1",
          type: "reasoning",
          summary: [{ type: "summary_text", text: "hm" }],
          encrypted_content: "gAAAAA-one",
        },
        { id: "fc_1", type: "function_call", call_id: "call_1", name: "look", arguments: "{}", status: "completed" },
      ],
    });
    const { text } = await house.ask("messages", "responses/gpt-5.4", { ...claude, messages: [user("go")] });
    return [user("go"), { role: "assistant", content: list(JSON.parse(text), "content") }, result("call_1")];
  }

  // 53, 54
  it("come back with summary and encrypted content, without id and status, and nothing is stored", async () => {
    const { sent } = await house.ask("messages", "responses/gpt-5.4", { ...claude, messages: await thoughtOfOpenAi() });
    expect(sent).toMatchObject({ store: false, include: ["reasoning.encrypted_content"] });
    expect(list(sent, "input").slice(1)).toEqual([
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "gAAAAA-one" },
      { type: "function_call", call_id: "call_1", name: "look", arguments: "{}" },
      { type: "function_call_output", call_id: "call_1", output: "seen" },
    ]);
  });

  // 53
  it("without encrypted content are left out, because nobody could read them", async () => {
    const { sent } = await house.ask("messages", "responses/gpt-5.4", {
      ...claude,
      messages: [
        user("go"),
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "of Claude", signature: "c2ln" },
            { type: "text", text: "so" },
          ],
        },
        user("on"),
      ],
    });
    expect(list(sent, "input").map(({ type }) => type)).toEqual(["message", "message", "message"]);
    expect(JSON.stringify(sent)).not.toContain("of Claude");
  });
});

describe("reasoning_content", () => {
  const answer = (thought: Json): Json => ({
    id: "c1",
    model: "m",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: null, ...thought, tool_calls: [chatCall("look", "{}")] },
        finish_reason: "tool_calls",
      },
    ],
  });

  // 58
  it("comes back in turns with calls where the server wants it, and is empty where it was lost", async () => {
    house.answers(answer({ reasoning_content: "hm" }));
    const { text } = await house.ask("messages", "deepseek/deepseek-reasoner", { ...claude, messages: [user("go")] });
    const messages = [user("go"), { role: "assistant", content: list(JSON.parse(text), "content") }, result("call_1")];
    const { sent } = await house.ask("messages", "deepseek/deepseek-reasoner", { ...claude, messages });
    expect(at(sent, "messages", 1)).toMatchObject({ role: "assistant", reasoning_content: "hm" });
    const lost = await house.ask("messages", "deepseek/deepseek-reasoner", {
      ...claude,
      messages: [
        user("go"),
        { role: "assistant", content: [{ type: "tool_use", id: "t", name: "look", input: {} }] },
        result("t"),
      ],
    });
    expect(at(lost.sent, "messages", 1, "reasoning_content")).toBe("");
    const { sent: other } = await house.ask("messages", "chat/gpt-4.1", { ...claude, messages });
    expect(JSON.stringify(other)).not.toContain("reasoning_content");
  });

  // 59
  it.each<[string, Json]>([
    ["reasoning_content", { reasoning_content: "hm" }],
    ["reasoning", { reasoning: "hm" }],
    ["reasoning_details", { reasoning_details: [{ type: "reasoning.text", text: "hm" }] }],
    ["both", { reasoning: "hm", reasoning_content: "hm" }],
  ])("is read by each of its names, once: %s", async (_name, thought) => {
    house.answers(answer(thought));
    const { text } = await house.ask("messages", "chat/kimi-k3", { ...claude, messages: [user("go")] });
    expect(list(JSON.parse(text), "content").map(({ type, thinking }) => thinking ?? type)).toEqual(["hm", "tool_use"]);
    house.streams(
      chunk({ role: "assistant", ...thought }),
      piece(0, { id: "c", function: { name: "look", arguments: "{}" } }),
      chunk({}, "tool_calls"),
      DONE,
    );
    const streamed = await house.ask("messages", "chat/kimi-k3", { ...claude, messages: [user("go")], stream: true });
    expect(
      eventsOf(streamed.text)
        .map((event) => textAt(event, "delta", "thinking"))
        .join(""),
    ).toBe("hm");
  });
});
