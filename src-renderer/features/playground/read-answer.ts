/** What the events of each protocol's stream add to the answer. Pure; what is not understood adds nothing. */
import type { StreamEvent } from "./event-stream.ts";
import type { Answer, Call, ClientWire } from "./talk.ts";

/** JSON of others: every step into it may lead nowhere. */
type Loose = { [Key: string]: unknown };

const objectOf = (value: unknown): Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {};
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? value.map(objectOf) : []);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export function readEvent(wire: ClientWire, answer: Answer, { data }: StreamEvent): Answer {
  const json = parseObject(data);
  if (json === null) return answer;
  const error = errorIn(json);
  return error === null ? READERS[wire](answer, json) : { ...answer, error };
}

/** The sentence of an error in any of the shapes; null when it is none. */
export function errorIn(json: Loose): string | null {
  const response = objectOf(json["response"]);
  const error = json["error"] ?? (json["type"] === "response.failed" ? response["error"] : undefined);
  if (typeof error === "string") return error;
  if (json["type"] === "error" && error === undefined) return textOf(json["message"]) || JSON.stringify(json);
  if (error === undefined || error === null) return null;
  return textOf(objectOf(error)["message"]) || JSON.stringify(error);
}

export function parseObject(text: string): Loose | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? objectOf(Array.isArray(value) ? value[0] : value) : null;
  } catch {
    return null;
  }
}

type Reader = (answer: Answer, json: Loose) => Answer;

const say = (answer: Answer, text: string): Answer => (text === "" ? answer : { ...answer, text: answer.text + text });
const think = (answer: Answer, text: string): Answer =>
  text === "" ? answer : { ...answer, thinking: answer.thinking + text };
const finishAs = (answer: Answer, finish: unknown): Answer =>
  typeof finish === "string" ? { ...answer, finish } : answer;
const call = (answer: Answer, made: Call): Answer => ({ ...answer, calls: [...answer.calls, made] });
const goOn = (answer: Answer, place: number, args: string): Answer => ({
  ...answer,
  calls: answer.calls.map((each, at) => (at === place ? { ...each, args: each.args + args } : each)),
});

const readChat: Reader = (before, json) => {
  let answer = before;
  for (const choice of listOf(json["choices"])) {
    const delta = objectOf(choice["delta"]);
    answer = think(answer, textOf(delta["reasoning_content"]) || textOf(delta["reasoning"]));
    answer = say(answer, textOf(delta["content"]) + textOf(delta["refusal"]));
    for (const made of listOf(delta["tool_calls"])) {
      const { name, arguments: args } = objectOf(made["function"]);
      const place = typeof made["index"] === "number" ? made["index"] : answer.calls.length - 1;
      if (typeof name === "string" && answer.calls[place] === undefined)
        answer = call(answer, { name, args: textOf(args) });
      else answer = goOn(answer, place, textOf(args));
    }
    answer = finishAs(answer, choice["finish_reason"]);
  }
  return answer;
};

const readResponses: Reader = (answer, json) => {
  const delta = textOf(json["delta"]);
  switch (json["type"]) {
    case "response.output_text.delta":
    case "response.refusal.delta":
      return say(answer, delta);
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
      return think(answer, delta);
    case "response.output_item.added": {
      const item = objectOf(json["item"]);
      return item["type"] === "function_call" ? call(answer, { name: textOf(item["name"]), args: "" }) : answer;
    }
    case "response.function_call_arguments.delta":
      return goOn(answer, answer.calls.length - 1, delta);
    case "response.completed":
    case "response.incomplete": {
      const { status, incomplete_details: why } = objectOf(json["response"]);
      return finishAs(answer, objectOf(why)["reason"] ?? status);
    }
    default:
      return answer;
  }
};

const readMessages: Reader = (answer, json) => {
  const delta = objectOf(json["delta"]);
  switch (json["type"]) {
    case "content_block_start": {
      const block = objectOf(json["content_block"]);
      return block["type"] === "tool_use" ? call(answer, { name: textOf(block["name"]), args: "" }) : answer;
    }
    case "content_block_delta":
      if (delta["type"] === "input_json_delta")
        return goOn(answer, answer.calls.length - 1, textOf(delta["partial_json"]));
      return say(think(answer, textOf(delta["thinking"])), textOf(delta["text"]));
    case "message_delta":
      return finishAs(answer, delta["stop_reason"]);
    default:
      return answer;
  }
};

const readGemini: Reader = (before, json) => {
  let answer = before;
  const [candidate = {}] = listOf(json["candidates"]);
  for (const part of listOf(objectOf(candidate["content"])["parts"])) {
    const text = textOf(part["text"]);
    answer = part["thought"] === true ? think(answer, text) : say(answer, text);
    const made = objectOf(part["functionCall"]);
    if (typeof made["name"] === "string")
      answer = call(answer, { name: made["name"], args: JSON.stringify(made["args"] ?? {}) });
  }
  return finishAs(answer, candidate["finishReason"]);
};

const READERS: Readonly<Record<ClientWire, Reader>> = {
  "openai-chat": readChat,
  "openai-responses": readResponses,
  "anthropic-messages": readMessages,
  "gemini-content": readGemini,
};
