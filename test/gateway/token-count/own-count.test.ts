import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src-gateway/ir/json.ts";
import { WIRE_OF_SURFACE } from "../../../src-gateway/ir/protocol.ts";
import { countExchange } from "../../../src-gateway/token-count/own-count.ts";
import { createOwnCounter } from "../../../src-gateway/token-count/own-counter.ts";
import { countTexts } from "../../../src-gateway/token-count/tokenizer.ts";
import type { ExchangeToCount } from "../../../src-gateway/token-count/types.ts";
import { SPEECH } from "../../support/ending-lanes.ts";

const QUESTION = "How much wood would a woodchuck chuck, if a woodchuck could chuck wood?";
const messages = [{ role: "user", content: QUESTION }];
const ASKED = {
  chat: { model: "m", messages },
  responses: { model: "m", input: QUESTION },
  messages: { model: "m", max_tokens: 9, messages },
  gemini: { contents: [{ role: "user", parts: [{ text: QUESTION }] }] },
} as const;
const SURFACES = ["chat", "responses", "messages", "gemini"] as const;
type Conversation = (typeof SURFACES)[number];

const exchange = (surface: Conversation, answer: string | JsonObject): ExchangeToCount => ({
  wire: WIRE_OF_SURFACE[surface],
  surface,
  request: Buffer.from(JSON.stringify(ASKED[surface])),
  answer: Buffer.from(typeof answer === "string" ? answer : JSON.stringify(answer)),
  answerType: typeof answer === "string" ? "text/event-stream" : "application/json",
});

describe.each(SURFACES)("an exchange of %s that is over", (surface) => {
  const { start, end, error, whole } = SPEECH[WIRE_OF_SURFACE[surface]];
  const output = countTexts(["half of it"]);

  it("has the tokens of what was asked and of what was answered, whole or streamed", () => {
    const counted = countExchange(exchange(surface, whole));
    // The framing of one turn, and no more.
    expect(counted.input - countTexts([QUESTION])).toBe(12);
    expect(counted.output).toBe(output);
    expect(countExchange(exchange(surface, start + end))).toEqual(counted);
  });

  it.each([
    ["broke off", ""],
    ["ended in an error", error],
  ])("has the tokens of what came when it %s", (_name, rest) => {
    expect(countExchange(exchange(surface, start + rest)).output).toBe(countTexts(["half"]));
  });
});

it("counts the array that Gemini streams to those who do not ask for events", () => {
  const list = `[${SPEECH["gemini-content"].start}${SPEECH["gemini-content"].end}]`
    .replaceAll("data: ", "")
    .replace("\n\n{", "\n,{");
  const answer = { ...exchange("gemini", list), answerType: "application/json" };
  expect(countExchange(answer).output).toBe(countTexts(["half of it"]));
});

describe("the thread that counts", () => {
  it("goes on after what cannot be read, and leaves out what is too much", async () => {
    const counter = createOwnCounter({ maxWaitingBytes: 10_000 });
    const good = exchange("chat", SPEECH["openai-chat"].whole);
    const [broken, counted, large] = await Promise.all([
      counter.count({ ...good, request: Buffer.from("{") }),
      counter.count(good),
      counter.count({ ...good, answer: Buffer.alloc(10_000) }),
    ]);
    expect([broken, counted, large]).toEqual([null, countExchange(good), null]);
    await counter.close();
    expect(await counter.count(good)).toBeNull();
  });
});
