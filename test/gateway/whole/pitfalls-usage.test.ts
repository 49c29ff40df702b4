/** Tokens that other gateways counted twice, or not at all. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_USAGE, type Usage } from "../../../src-gateway/ir/usage.ts";
import {
  at,
  type Client,
  eventsOf,
  type Json,
  list,
  type PitfallGateway,
  startPitfallGateway,
} from "../../support/pitfall-gateway.ts";
import { chunk, claudeBlock, claudeStream, DONE, geminiPiece, user } from "../../support/pitfall-words.ts";

const GPT = "chat/gpt-4.1";
const CLAUDE = "messages/claude-opus-4-8";
const GEMINI = "gemini/gemini-3-pro";
const REQUESTS: Readonly<Record<Client, Json>> = {
  chat: { messages: [user("go")], stream_options: { include_usage: true } },
  messages: { max_tokens: 100, messages: [user("go")] },
  responses: { input: "go" },
  gemini: { contents: [{ role: "user", parts: [{ text: "go" }] }] },
};

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const counts = (some: Partial<Usage>): Usage => ({ ...NO_USAGE, ...some });
const hello = claudeBlock(0, { type: "text", text: "" }, { type: "text_delta", text: "hi" });

/** The usage that the client is told last, and the one in the log. */
async function counted(
  client: Client,
  model: string,
  stream: boolean,
): Promise<{ told: unknown; recorded: Usage; source: string }> {
  const { stream_options: options, ...plain } = REQUESTS[client];
  const body = stream ? { ...plain, ...(options ? { stream_options: options } : {}), stream } : plain;
  const { reply, text } = await house.ask(client, model, body);
  const record = await house.gateway.recordOf(reply);
  const answers = stream ? eventsOf(text) : [JSON.parse(text) as Json];
  const told = answers.map((answer) => answer["usage"] ?? at(answer, "response", "usage") ?? answer["usageMetadata"]);
  return {
    told: told.findLast((usage) => usage !== null && usage !== undefined),
    recorded: record.usage,
    source: record.usageSource,
  };
}

describe("tokens of a prompt that were cached", () => {
  const claude = { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 50, output_tokens: 7 };
  const recorded = counts({ inputUncached: 10, cacheRead: 100, cacheWrite5m: 50, output: 7 });

  // 102
  it.each([
    false,
    true,
  ])("stand beside the input with Claude and inside of it with OpenAI (stream: %s)", async (stream) => {
    const say = () =>
      stream
        ? house.streams(
            {
              type: "message_start",
              message: { id: "m", model: "m", content: [], usage: { ...claude, output_tokens: 1 } },
            },
            ...hello,
            { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } },
            { type: "message_stop" },
          )
        : house.answers({
            id: "m",
            type: "message",
            content: [{ type: "text", text: "hi" }],
            stop_reason: "end_turn",
            usage: claude,
          });
    say();
    const chat = await counted("chat", CLAUDE, stream);
    expect(chat.told).toMatchObject({
      prompt_tokens: 160,
      completion_tokens: 7,
      total_tokens: 167,
      prompt_tokens_details: { cached_tokens: 100 },
    });
    expect(chat.recorded).toEqual(recorded);
    say();
    const responses = await counted("responses", CLAUDE, stream);
    expect(responses.told).toMatchObject({
      input_tokens: 160,
      output_tokens: 7,
      total_tokens: 167,
      input_tokens_details: { cached_tokens: 100 },
    });
    expect(responses.recorded).toEqual(recorded);
    say();
    const gemini = await counted("gemini", CLAUDE, stream);
    expect(gemini.told).toMatchObject({
      promptTokenCount: 160,
      cachedContentTokenCount: 100,
      candidatesTokenCount: 7,
      totalTokenCount: 167,
    });
    expect(gemini.recorded).toEqual(recorded);
  });

  // 85, 102, 103: the client of Messages is told only at the end, because the provider counts only then
  it.each([false, true])("are not counted twice for a client of Messages (stream: %s)", async (stream) => {
    const usage = {
      prompt_tokens: 160,
      completion_tokens: 7,
      total_tokens: 167,
      prompt_tokens_details: { cached_tokens: 100 },
    };
    if (stream) house.streams(chunk({ content: "hi" }), chunk({}, "stop"), { id: "c", choices: [], usage }, DONE);
    else
      house.answers({
        id: "c",
        choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
        usage,
      });
    const { told, recorded: found } = await counted("messages", GPT, stream);
    expect(told).toMatchObject({
      input_tokens: 60,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 0,
      output_tokens: 7,
    });
    expect(found).toEqual(counts({ inputUncached: 60, cacheRead: 100, output: 7 }));
  });
});

describe("counts in a stream", () => {
  // 103
  it("of Claude may come whole in the last event only, and are totals, not additions", async () => {
    const late = { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 9 };
    house.streams(
      {
        type: "message_start",
        message: { id: "m", model: "m", content: [], usage: { input_tokens: 0, output_tokens: 0 } },
      },
      ...hello,
      { type: "message_delta", delta: { stop_reason: null }, usage: { output_tokens: 4 } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: late },
      { type: "message_stop" },
    );
    const { told, recorded } = await counted("chat", CLAUDE, true);
    expect(told).toMatchObject({ prompt_tokens: 30, completion_tokens: 9 });
    expect(recorded).toEqual(counts({ inputUncached: 25, cacheRead: 5, output: 9 }));
  });

  // 103
  it("of Claude may come in the first event, where the last one has but the output", async () => {
    house.streams(...claudeStream(hello, {}, { output_tokens: 9, input_tokens: null, cache_read_input_tokens: null }));
    expect((await counted("chat", CLAUDE, true)).recorded).toEqual(counts({ inputUncached: 5, output: 9 }));
  });

  // 85, 86
  it.each<[string, (Json | string)[]]>([
    [
      "behind the end",
      [chunk({ content: "hi" }, "stop"), { id: "c", choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } }],
    ],
    [
      "with the end",
      [chunk({ content: "hi" }), chunk({}, "stop", { usage: { prompt_tokens: 5, completion_tokens: 2 } })],
    ],
    [
      "in each chunk",
      [
        chunk({ content: "hi" }, null, { usage: { prompt_tokens: 5, completion_tokens: 1 } }),
        chunk({}, "stop", { usage: { prompt_tokens: 5, completion_tokens: 2 } }),
      ],
    ],
    [
      "with null before",
      [
        chunk({ content: "hi" }, null, { usage: null }),
        chunk({}, "stop", { usage: { prompt_tokens: 5, completion_tokens: 2 } }),
        chunk({}, null, { usage: null }),
      ],
    ],
    [
      "inside of the choice",
      [
        {
          id: "c",
          choices: [
            {
              index: 0,
              delta: { content: "hi" },
              finish_reason: "stop",
              usage: { prompt_tokens: 5, completion_tokens: 2 },
            },
          ],
        },
      ],
    ],
  ])("of Chat may stand %s", async (_name, events) => {
    house.streams(...events, DONE);
    const { told, recorded } = await counted("messages", GPT, true);
    expect(told).toMatchObject({ input_tokens: 5, output_tokens: 2 });
    expect(recorded).toEqual(counts({ inputUncached: 5, output: 2 }));
  });

  // 86
  it("are told to clients of Chat in a chunk without choices, and only if they asked", async () => {
    house.streams(...claudeStream(hello));
    const asked = eventsOf((await house.ask("chat", CLAUDE, { ...REQUESTS.chat, stream: true })).text);
    expect(asked.filter(({ usage }) => usage)).toMatchObject([
      { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } },
    ]);
    expect(list(asked.at(-2), "choices")).toHaveLength(1);
    house.streams(...claudeStream(hello));
    const { reply, text } = await house.ask("chat", CLAUDE, { messages: [user("go")], stream: true });
    expect(eventsOf(text).filter(({ usage }) => usage !== undefined)).toEqual([]);
    expect((await house.gateway.recordOf(reply)).usage).toEqual(counts({ inputUncached: 5, output: 2 }));
  });

  it.each([
    ["incomplete", "length"],
    ["completed", "stop"],
  ])("of Responses that end %s are kept", async (status, finish) => {
    const response = { id: "resp_1", status, output: [], usage: { input_tokens: 5, output_tokens: 2 } };
    const text = { type: "response.output_text.delta", item_id: "m", output_index: 0, content_index: 0, delta: "hi" };
    house.streams(text, {
      type: `response.${status}`,
      response: { ...response, incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null },
    });
    const { told, recorded } = await counted("chat", "responses/gpt-5.4", true);
    expect(told).toMatchObject({ prompt_tokens: 5, completion_tokens: 2 });
    expect(recorded).toEqual(counts({ inputUncached: 5, output: 2 }));
    house.streams(text, {
      type: `response.${status}`,
      response: { ...response, incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null },
    });
    expect((await house.ask("chat", "responses/gpt-5.4", { messages: [user("go")], stream: true })).text).toContain(
      `"finish_reason":"${finish}"`,
    );
  });
});

describe("counts of Gemini", () => {
  const camel = {
    promptTokenCount: 20,
    cachedContentTokenCount: 8,
    candidatesTokenCount: 5,
    thoughtsTokenCount: 7,
    totalTokenCount: 32,
  };
  const snake = {
    prompt_token_count: 20,
    cached_content_token_count: 8,
    candidates_token_count: 5,
    thoughts_token_count: 7,
  };
  const recorded = counts({ inputUncached: 12, cacheRead: 8, output: 12, reasoning: 7 });

  // 104
  it.each<[string, Json]>([
    ["camelCase", { usageMetadata: camel }],
    ["snake_case", { usage_metadata: snake }],
  ])("have the thoughts in the output, also in %s", async (_name, usage) => {
    for (const stream of [false, true]) {
      const answer = geminiPiece([{ text: "hi" }], "STOP", usage);
      if (stream) house.streams(answer);
      else house.answers(answer);
      const found = await counted("chat", GEMINI, stream);
      expect(found.told).toMatchObject({
        completion_tokens: 12,
        completion_tokens_details: { reasoning_tokens: 7 },
        prompt_tokens: 20,
      });
      expect(found.recorded).toEqual(recorded);
    }
  });
});

describe("counts that do not add up", () => {
  // 105
  it("are never negative", async () => {
    const message = { role: "assistant", content: "hi" };
    house.answers({
      id: "c",
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 5,
        completion_tokens: 2,
        prompt_tokens_details: { cached_tokens: 9 },
        completion_tokens_details: { reasoning_tokens: 4 },
      },
    });
    const { told, recorded } = await counted("gemini", GPT, false);
    for (const count of [...Object.values(recorded), ...Object.values(told as Json)])
      expect(count).toBeGreaterThanOrEqual(0);
  });

  it("are zero when the provider says zero, and unknown when it says nothing", async () => {
    const message = { role: "assistant", content: "hello, that is some text" };
    const answer = { id: "c", choices: [{ index: 0, message, finish_reason: "stop" }] };
    house.answers({ ...answer, usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } });
    expect(await counted("messages", GPT, false)).toMatchObject({ recorded: NO_USAGE, source: "provider" });
    house.answers(answer);
    expect(await counted("messages", GPT, false)).toMatchObject({ recorded: NO_USAGE, source: "none" });
  });
});
