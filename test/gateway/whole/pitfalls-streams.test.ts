/** Streams of careless providers of Chat, and what clients of other wires make of them. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Client,
  eventsOf,
  type Json,
  type PitfallGateway,
  sseEvent,
  startPitfallGateway,
} from "../../support/pitfall-gateway.ts";
import { type Said, saidTo } from "../../support/pitfall-said.ts";
import { chunk, claudeBlock, claudeStream, DONE, piece, user } from "../../support/pitfall-words.ts";

const GPT = "chat/gpt-4.1";
const REQUESTS: Readonly<Record<Client, Json>> = {
  chat: { messages: [user("go")], stream: true },
  messages: { max_tokens: 100, messages: [user("go")], stream: true },
  responses: { input: "go", stream: true },
  gemini: { contents: [{ role: "user", parts: [{ text: "go" }] }], stream: true },
};
const CLIENTS = ["messages", "responses", "gemini"] as const;
const FINISHES: Readonly<Record<Client, Readonly<Record<"stop" | "length" | "calls", string>>>> = {
  chat: { stop: "stop", length: "length", calls: "tool_calls" },
  messages: { stop: "end_turn", length: "max_tokens", calls: "tool_use" },
  responses: { stop: "completed", length: "incomplete", calls: "completed" },
  gemini: { stop: "STOP", length: "MAX_TOKENS", calls: "STOP" },
};

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

/** The stream as the client is told it. */
async function told(client: Client, ...events: (Json | string)[]): Promise<Said> {
  house.streams(...events);
  return saidTo(client, (await house.ask(client, GPT, REQUESTS[client])).text);
}

const call = (name: string, args: string, id: string): Json => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const more = (args: string): Json => ({ function: { arguments: args } });
const LOOKS: Said["calls"] = [
  ["look", { at: "a" }],
  ["listen", { to: "b" }],
];

describe.each(CLIENTS)("a client of %s", (client) => {
  const calls = (said: Said["calls"]): Said => ({ text: "", calls: said, finish: FINISHES[client].calls, ends: 1 });
  const text = (words: string, finish: "stop" | "length" = "stop"): Said => ({
    text: words,
    calls: [],
    finish: FINISHES[client][finish],
    ends: 1,
  });

  // 80, 81, 82, 83, 88, 98
  it.each<[string, (Json | string)[]]>([
    [
      "whose pieces take turns",
      [
        piece(0, call("look", '{"at"', "x")),
        piece(1, call("listen", '{"to"', "y")),
        piece(0, more(':"a"}')),
        piece(1, more(':"b"}')),
        chunk({}, "tool_calls"),
      ],
    ],
    [
      "that come in one chunk each, all numbered 0",
      [piece(0, call("look", '{"at":"a"}', "x")), piece(0, call("listen", '{"to":"b"}', "y")), chunk({}, "tool_calls")],
    ],
    [
      "without numbers",
      [call("look", '{"at":', "x"), more('"a"}'), call("listen", '{"to":"b"}', "y")]
        .map((entry) => chunk({ tool_calls: [entry] }))
        .concat(chunk({}, "tool_calls")),
    ],
    [
      "that are named late, and by an empty name later",
      [
        piece(0, { id: "x", type: "function", function: { arguments: "" } }),
        piece(0, { function: { name: "look", arguments: '{"at":' } }),
        piece(0, { id: "", function: { name: "", arguments: '"a"}' } }),
        piece(1, call("listen", '{"to":"b"}', "y")),
        chunk({}, "tool_calls"),
      ],
    ],
    [
      "that end in stop",
      [piece(0, call("look", '{"at":"a"}', "x")), piece(1, call("listen", '{"to":"b"}', "y")), chunk({}, "stop")],
    ],
    [
      "that end in a word nobody knows",
      [piece(0, call("look", '{"at":"a"}', "x")), piece(1, call("listen", '{"to":"b"}', "y")), chunk({}, "eos_token")],
    ],
    [
      "that come whole, with the end",
      [chunk({ tool_calls: [call("look", '{"at":"a"}', "x"), call("listen", '{"to":"b"}', "y")] }, "tool_calls")],
    ],
  ])("gets parallel calls %s", async (_name, events) => {
    expect(await told(client, ...events, DONE)).toEqual(calls(LOOKS));
  });

  // 85, 86, 87, 88, 89, 90
  it.each<[string, (Json | string)[]]>([
    ["whose end comes with its last words", [chunk({ content: "Hello " }), chunk({ content: "there" }, "stop"), DONE]],
    ["that goes on behind its end", [chunk({ content: "Hello " }, "stop"), chunk({ content: "there" }), DONE]],
    ["that says no reason but [DONE]", [chunk({ content: "Hello there" }), DONE]],
    ["that says a reason but no [DONE]", [chunk({ content: "Hello there" }), chunk({}, "stop")]],
    ["with an unknown reason", [chunk({ content: "Hello there" }, "eos_token"), DONE]],
    ["with more behind [DONE]", [chunk({ content: "Hello there" }, "stop"), DONE, chunk({ content: "again" }), DONE]],
    ["with its reason twice", [chunk({ content: "Hello there" }), chunk({}, "stop"), chunk({}, "stop"), DONE]],
    [
      "behind a chunk without choices",
      [{ id: "", choices: [], prompt_filter_results: [] }, chunk({ content: "Hello there" }, "stop"), DONE],
    ],
    [
      "with comments and odd line ends",
      [
        ": hello\r\n\r\n",
        sseEvent(chunk({ content: "Hello there" }, "stop"))
          .replace("data: ", "data:")
          .replace(/\n/g, "\r\n"),
        DONE,
      ],
    ],
  ])("gets a text %s", async (_name, events) => {
    expect(await told(client, ...events)).toEqual(text("Hello there"));
  });

  // 91
  it("is told that the answer was cut for its length", async () => {
    expect(await told(client, chunk({ content: "Hello there" }), chunk({}, "length"), DONE)).toEqual(
      text("Hello there", "length"),
    );
    const cut = await told(client, piece(0, call("look", '{"at":"', "x")), chunk({}, "length"), DONE);
    expect(cut.finish).toBe(FINISHES[client].length);
  });

  // 92
  it("gets every character whole, wherever the bytes are cut", async () => {
    const bytes = Buffer.from([chunk({ content: "Grüße, 世界 👋" }), chunk({}, "stop")].map(sseEvent).join("") + DONE);
    const { provider } = house;
    const usual = provider.respond;
    provider.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.socket?.setNoDelay(true);
      let at = 0;
      const write = (): void => {
        if (at === bytes.length) return void response.end();
        response.write(bytes.subarray(at, ++at));
        setImmediate(write);
      };
      write();
    };
    const { text: body } = await house.ask(client, GPT, REQUESTS[client]);
    provider.respond = usual;
    expect(saidTo(client, body)).toEqual(text("Grüße, 世界 👋"));
  });

  // 95
  it("does not take what broke off for the whole", async () => {
    house.streams(chunk({ content: "Hello" }));
    const { reply, text: body } = await house.ask(client, GPT, REQUESTS[client]);
    const said = saidTo(client, body);
    expect(said.ends).toBe(0);
    // Gemini's clients would take a broken connection for the end.
    expect(body).toContain(client === "gemini" ? '"error"' : "broken off");
    expect((await house.gateway.recordOf(reply)).outcome).toBe("failed_midstream");
  });
});

describe("a client of Chat", () => {
  // 80, 101
  it("gets a stream of Claude that begins a second message as one answer", async () => {
    const first = claudeStream(claudeBlock(0, { type: "text", text: "" }, { type: "text_delta", text: "one" })).slice(
      0,
      -2,
    );
    const second = claudeStream(claudeBlock(0, { type: "text", text: "" }, { type: "text_delta", text: "two" }));
    house.streams(...first, ...second);
    const said = saidTo("chat", (await house.ask("chat", "messages/claude-opus-4-8", REQUESTS.chat)).text);
    expect(said).toEqual({ text: "onetwo", calls: [], finish: "stop", ends: 1 });
  });

  // 80, 81
  it("gets blocks of Claude that take turns one after the other", async () => {
    const start = (index: number, name: string): Json => ({
      type: "content_block_start",
      index,
      content_block: { type: "tool_use", id: `toolu_${index}`, name, input: {} },
    });
    const delta = (index: number, json: string): Json => ({
      type: "content_block_delta",
      index,
      delta: { type: "input_json_delta", partial_json: json },
    });
    const stop = (index: number): Json => ({ type: "content_block_stop", index });
    const blocks = [
      start(0, "look"),
      start(1, "listen"),
      delta(1, '{"to"'),
      delta(0, '{"at":"a"}'),
      stop(0),
      delta(1, ':"b"}'),
      stop(1),
    ];
    house.streams(...claudeStream(blocks, { stop_reason: "tool_use" }));
    const said = saidTo("chat", (await house.ask("chat", "messages/claude-opus-4-8", REQUESTS.chat)).text);
    expect(said).toEqual({ text: "", calls: LOOKS, finish: "tool_calls", ends: 1 });
  });

  // 98, 99
  it("gets arguments that Responses says only when they are done, or only at the very end", async () => {
    const item = { id: "fc_1", type: "function_call", call_id: "call_1", name: "look" };
    const whole = { ...item, arguments: '{"at":"a"}', status: "completed" };
    const created = { type: "response.created", response: { id: "resp_1", status: "in_progress", output: [] } };
    const completed = (output: Json[]): Json => ({
      type: "response.completed",
      response: { id: "resp_1", status: "completed", output },
    });
    const streams = [
      [
        { type: "response.output_item.added", output_index: 0, item: { ...item, arguments: "" } },
        { type: "response.function_call_arguments.done", item_id: "fc_1", output_index: 0, arguments: '{"at":"a"}' },
        { type: "response.output_item.done", output_index: 0, item: whole },
        completed([]),
      ],
      [completed([whole])],
    ];
    for (const events of streams) {
      house.streams(created, ...events);
      const said = saidTo("chat", (await house.ask("chat", "responses/gpt-5.4", REQUESTS.chat)).text);
      expect(said).toEqual({ text: "", calls: [["look", { at: "a" }]], finish: "tool_calls", ends: 1 });
    }
  });

  // 101
  it("gets two messages of Responses that are written at the same time one after the other", async () => {
    const added = (index: number): Json => ({
      type: "response.output_item.added",
      output_index: index,
      item: { id: `msg_${index}`, type: "message", role: "assistant", content: [] },
    });
    const delta = (index: number, words: string): Json => ({
      type: "response.output_text.delta",
      item_id: `msg_${index}`,
      output_index: index,
      content_index: 0,
      delta: words,
    });
    const end = { type: "response.completed", response: { id: "resp_1", status: "completed", output: [] } };
    house.streams(added(0), added(1), delta(0, "one "), delta(1, "two "), delta(0, "and "), delta(1, "three"), end);
    const { text } = saidTo("chat", (await house.ask("chat", "responses/gpt-5.4", REQUESTS.chat)).text);
    expect(text).toMatch(/^one and\s+two three$/);
  });
});

describe("a call in the middle of which the answer ends", () => {
  const cut = [chunk({ content: "so" }), piece(0, call("look", '{"at":"', "x"))];

  // 91
  it("is incomplete for clients of Responses, and none for Gemini's, who would run it", async () => {
    house.streams(...cut, chunk({}, "length"), DONE);
    const events = eventsOf((await house.ask("responses", GPT, REQUESTS.responses)).text);
    const items = events.filter(({ type }) => type === "response.output_item.done");
    expect(items.at(-1)).toMatchObject({ item: { type: "function_call", status: "incomplete", arguments: '{"at":"' } });
    expect(await told("gemini", ...cut, chunk({}, "length"), DONE)).toEqual({
      text: "so",
      calls: [],
      finish: "MAX_TOKENS",
      ends: 1,
    });
  });

  // 91
  it("is not done when the provider fails in it", async () => {
    house.streams(...cut, { error: { message: "overheated", code: 500 } });
    const events = eventsOf((await house.ask("responses", GPT, REQUESTS.responses)).text);
    expect(events.at(-1)?.["type"]).toBe("response.failed");
    expect(events.filter(({ type }) => /function_call_arguments.done/.test(String(type)))).toEqual([]);
    const said = await told("gemini", ...cut, { error: { message: "overheated", code: 500 } });
    expect(said.calls).toEqual([]);
  });

  // 91
  it("is told so in a whole answer, too", async () => {
    const choice = {
      index: 0,
      message: { role: "assistant", tool_calls: [call("look", '{"at":"', "x")] },
      finish_reason: "length",
    };
    house.answers({ id: "c", choices: [choice] });
    const { text: responses } = await house.ask("responses", GPT, { input: "go" });
    expect(JSON.parse(responses)).toMatchObject({ status: "incomplete", output: [{ status: "incomplete" }] });
    house.answers({ id: "c", choices: [choice] });
    const { text: gemini } = await house.ask("gemini", GPT, { contents: [{ parts: [{ text: "go" }] }] });
    expect(JSON.parse(gemini)).toMatchObject({ candidates: [{ content: { parts: [] }, finishReason: "MAX_TOKENS" }] });
  });
});

describe("a whole answer of Responses in a stream", () => {
  // 99
  it("has in its last event what was streamed", async () => {
    house.streams(
      chunk({ reasoning_content: "hm" }),
      chunk({ content: "so" }),
      piece(0, call("look", '{"at":"a"}', "x")),
      chunk({}, "tool_calls"),
      DONE,
    );
    const events = eventsOf((await house.ask("responses", GPT, REQUESTS.responses)).text);
    const done = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: "response.completed", response: { output: done } });
    expect(done.map((item) => (item as Json)["type"])).toEqual(["reasoning", "message", "function_call"]);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, n) => n));
  });
});
