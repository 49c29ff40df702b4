import { asArray, asObject, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { fragments } from "./fragments.ts";

type Events = [type: string, fields: JsonObject][];

/** How an item of the output comes in a stream. */
export interface ItemWriter {
  /** The item as it is when it is added. */
  begun(item: JsonObject): JsonObject;
  /** What fills it, without the ids that stand on every event. */
  events(item: JsonObject): Events;
}

const writeMessage: ItemWriter = {
  begun: (item) => ({ ...item, status: "in_progress", content: [] }),
  events(item) {
    const part = asObject(asArray(item["content"])[0]) ?? {};
    const text = String(part["text"]);
    return [
      ["response.content_part.added", { content_index: 0, part: { ...part, text: "" } }],
      ...fragments(text, 12).map((delta): Events[number] => [
        "response.output_text.delta",
        { content_index: 0, delta, logprobs: [] },
      ]),
      ["response.output_text.done", { content_index: 0, text, logprobs: [] }],
      ["response.content_part.done", { content_index: 0, part }],
    ];
  },
};

const writeCall: ItemWriter = {
  begun: (item) => ({ ...item, status: "in_progress", arguments: "" }),
  events(item) {
    const text = String(item["arguments"]);
    return [
      ...fragments(text, 5).map((delta): Events[number] => ["response.function_call_arguments.delta", { delta }]),
      ["response.function_call_arguments.done", { arguments: text, name: item["name"] }],
    ];
  },
};

/** The encrypted content is there from the start. */
const writeReasoning: ItemWriter = {
  begun: (item) => ({ ...item, summary: [] }),
  events(item) {
    const part = asObject(asArray(item["summary"])[0]) ?? {};
    const text = String(part["text"]);
    return [
      ["response.reasoning_summary_part.added", { summary_index: 0, part: { ...part, text: "" } }],
      ...fragments(text, 12).map((delta): Events[number] => [
        "response.reasoning_summary_text.delta",
        { summary_index: 0, delta },
      ]),
      ["response.reasoning_summary_text.done", { summary_index: 0, text }],
      ["response.reasoning_summary_part.done", { summary_index: 0, part }],
    ];
  },
};

const WRITERS: Readonly<Record<string, ItemWriter>> = { message: writeMessage, reasoning: writeReasoning };

export const writerOf = (item: JsonObject): ItemWriter => WRITERS[String(item["type"])] ?? writeCall;
