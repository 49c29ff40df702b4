/** What a client of each wire makes of the events of a stream, in the same words for all of them. */
import { at, type Client, eventsOf, type Json, list, textAt } from "./pitfall-gateway.ts";

export interface Said {
  text: string;
  /** Name and arguments, as the client parses them. */
  calls: [name: string, args: unknown][];
  /** The wire's own word for why it ended; empty when it did not. */
  finish: string;
  /** How often an end was said. */
  ends: number;
}

export function saidTo(client: Client, body: string): Said {
  const events = eventsOf(body);
  return READERS[client](events, body);
}

const NONE: Said = { text: "", calls: [], finish: "", ends: 0 };

const READERS: Readonly<Record<Client, (events: Json[], body: string) => Said>> = {
  chat(events, body) {
    const choices = events.flatMap((event) => list(event, "choices"));
    const calls: [string, string][] = [];
    for (const piece of choices.flatMap((choice) => list(choice, "delta", "tool_calls"))) {
      const index = Number(piece["index"]);
      const known = (calls[index] ??= ["", ""]);
      known[0] += textAt(piece, "function", "name");
      known[1] += textAt(piece, "function", "arguments");
    }
    const finishes = choices.map((choice) => textAt(choice, "finish_reason")).filter((word) => word !== "");
    return {
      text: choices.map((choice) => textAt(choice, "delta", "content")).join(""),
      calls: calls.map(([name, args]) => [name, parse(args)]),
      finish: finishes.join(),
      ends: body.split("data: [DONE]").length - 1,
    };
  },
  messages(events) {
    const blocks = new Map<unknown, { block: unknown; json: string; text: string }>();
    const said: Said = { ...NONE };
    for (const event of events) {
      const { index } = event;
      if (event["type"] === "content_block_start")
        blocks.set(index, { block: event["content_block"], json: "", text: "" });
      const open = blocks.get(index);
      if (open && event["type"] === "content_block_delta") {
        open.text += textAt(event, "delta", "text");
        open.json += textAt(event, "delta", "partial_json");
      }
      said.finish += textAt(event, "delta", "stop_reason");
      if (event["type"] === "message_stop") said.ends++;
    }
    const all = [...blocks.values()];
    const calls = all.filter(({ block }) => at(block, "type") === "tool_use");
    return {
      ...said,
      text: all.map(({ text }) => text).join(""),
      calls: calls.map(({ block, json }) => [textAt(block, "name"), json === "" ? at(block, "input") : parse(json)]),
    };
  },
  responses(events) {
    const ends = events.filter(({ type }) => /^response\.(completed|incomplete|failed)$/.test(String(type)));
    const items = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
    const calls = items.filter((item) => at(item, "type") === "function_call");
    const deltas = events.filter(({ type }) => type === "response.output_text.delta");
    return {
      text: deltas.map((event) => textAt(event, "delta")).join(""),
      calls: calls.map((item) => [textAt(item, "name"), parse(textAt(item, "arguments"))]),
      finish: ends.map((event) => textAt(event, "response", "status")).join(),
      ends: ends.length,
    };
  },
  gemini(events) {
    const parts = events.flatMap((event) => list(event, "candidates", 0, "content", "parts"));
    const finishes = events
      .map((event) => textAt(event, "candidates", 0, "finishReason"))
      .filter((word) => word !== "");
    return {
      text: parts.map((part) => textAt(part, "text")).join(""),
      calls: parts
        .filter((part) => part["functionCall"])
        .map((part) => [textAt(part, "functionCall", "name"), at(part, "functionCall", "args")]),
      finish: finishes.join(),
      ends: finishes.length,
    };
  },
};

function parse(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return args;
  }
}
