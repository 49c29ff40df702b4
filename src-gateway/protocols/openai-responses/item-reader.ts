/** Reads the events between the first and the last of a stream: items, the pieces of messages, and their text. */
import type { EventWriter } from "../event-writer.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeAnnotation } from "./annotations.ts";
import { decodeCall, decodeItem, decodeReasoning } from "./items.ts";
import { createSlots, type Slot } from "./slots.ts";

export interface ItemReader {
  /** Unknown events are skipped. */
  read(type: string, event: JsonObject): void;
  /** Takes from the final list of items what the events did not bring. */
  reconcile(output: readonly unknown[]): void;
  readonly hasRefusal: boolean;
}

interface Item {
  /** Unique in the stream, also where a provider numbers two items alike. */
  key: string;
  type: string;
  id: string | null;
  wasAdded: boolean;
  isDone: boolean;
}

const DELTA = /^response\.(.+)\.(delta|done)$/;

/** The item that an event speaks of, by the middle of its name; and the field that `done` has the whole text in. */
const TEXT_EVENTS: Readonly<Record<string, { item: string; field: string }>> = {
  output_text: { item: "message", field: "text" },
  refusal: { item: "message", field: "refusal" },
  function_call_arguments: { item: "function_call", field: "arguments" },
  custom_tool_call_input: { item: "custom_tool_call", field: "input" },
  reasoning_summary_text: { item: "reasoning", field: "text" },
  reasoning_text: { item: "reasoning", field: "text" },
};

export function createItemReader(writer: EventWriter): ItemReader {
  const slots = createSlots(writer);
  const items = new Map<string, Item>();
  let last: Item | null = null;
  let count = 0;
  let hasRefusal = false;

  const add = (place: string, type: string, id: string | null): Item => {
    slots.settle();
    last = { key: String(count++), type, id, wasAdded: false, isDone: false };
    items.set(place, last);
    return last;
  };
  /** Providers number items, or name them, or send them one by one; an item of another type is another item. */
  const itemOf = (event: JsonObject, type: string, id: string | null, isAdded = false): Item => {
    const index = event["output_index"];
    const place = typeof index === "number" ? String(index) : (id ?? last?.id ?? "");
    const known = items.get(place);
    const isOther = !known || known.type !== type || (isAdded && known.wasAdded) || (known.isDone && known.id !== id);
    return isOther ? add(place, type, id) : known;
  };
  const pieceSlot = (item: Item, index: unknown, kind: "text" | "refusal"): Slot => {
    hasRefusal ||= kind === "refusal";
    return slots.open(`${item.key}/${typeof index === "number" ? index : 0}`, { kind });
  };

  const readPiece = (item: Item, event: JsonObject, isDone: boolean): void => {
    const part = asObject(event["part"]) ?? {};
    if (part["type"] === "output_text") {
      const slot = pieceSlot(item, event["content_index"], "text");
      if (isDone) slots.complete(slot, asText(part["text"]) ?? "", asArray(part["annotations"]));
    } else if (part["type"] === "refusal") {
      const slot = pieceSlot(item, event["content_index"], "refusal");
      if (isDone) slots.complete(slot, asText(part["refusal"]) ?? "");
    }
  };
  const readText = (name: string, event: JsonObject, isDone: boolean): void => {
    const known = TEXT_EVENTS[name];
    if (!known) return;
    const item = itemOf(event, known.item, asText(event["item_id"]));
    if (item.isDone) return;
    const text = event[isDone ? known.field : "delta"];
    const slot =
      item.type === "message"
        ? pieceSlot(item, event["content_index"], name === "refusal" ? "refusal" : "text")
        : item.type === "reasoning"
          ? slots.open(item.key, { kind: "thinking" })
          : slots.hold(item.key);
    if (item.type === "reasoning") {
      const section = `${name} ${String(event["summary_index"] ?? event["content_index"] ?? 0)}`;
      slots.section(slot, section, text, isDone);
    } else if (isDone) slots.fill(slot, text);
    else slots.append(slot, text);
  };
  const readItem = (event: JsonObject, isDone: boolean): void => {
    const raw = asObject(event["item"]);
    if (!raw) return;
    const type = asText(raw["type"]) ?? "message";
    const item = itemOf(event, type, asText(raw["id"]), !isDone);
    if (item.isDone) return;
    item.wasAdded ||= !isDone;
    if (isDone) finish(item, raw);
    else if (isCall(type) && asText(raw["name"]) !== null) slots.open(item.key, openCall(raw));
  };
  const finish = (item: Item, raw: JsonObject): void => {
    item.isDone = true;
    switch (item.type) {
      case "message":
        for (const [content_index, part] of asArray(raw["content"]).entries())
          readPiece(item, { content_index, part }, true);
        slots.closeAll(`${item.key}/`);
        return;
      case "function_call":
      case "custom_tool_call":
        slots.complete(slots.open(item.key, openCall(raw)), decodeCall(raw, item.type === "custom_tool_call").args);
        return;
      case "reasoning":
        finishReasoning(item, raw);
        return;
      default:
        for (const part of decodeItem(raw).parts) writer.whole(part);
    }
  };
  const finishReasoning = (item: Item, raw: JsonObject): void => {
    const { home: _, ...part } = decodeReasoning(raw);
    const isOpen = writer.isOpen(item.key);
    if (!isOpen && part.text === "") {
      if (part.opaque) writer.whole(part);
      return;
    }
    const slot = slots.open(item.key, { kind: "thinking" });
    if (part.opaque) writer.opaque(item.key, part.opaque);
    slots.complete(slot, part.text);
  };

  return {
    read(type, event) {
      const text = DELTA.exec(type);
      if (type === "response.output_item.added" || type === "response.output_item.done") {
        readItem(event, type.endsWith("done"));
      } else if (type === "response.content_part.added" || type === "response.content_part.done") {
        const item = itemOf(event, "message", asText(event["item_id"]));
        if (!item.isDone) readPiece(item, event, type.endsWith("done"));
      } else if (type === "response.output_text.annotation.added") {
        const annotation = asObject(event["annotation"]);
        const item = itemOf(event, "message", asText(event["item_id"]));
        if (annotation && !item.isDone)
          slots.cite(pieceSlot(item, event["content_index"], "text"), decodeAnnotation(annotation));
      } else if (text?.[1]) readText(text[1], event, text[2] === "done");
    },
    reconcile(output) {
      const come = [...items.values()];
      const hasCalls = come.some((item) => isCall(item.type));
      for (const [index, each] of output.entries()) {
        const raw = asObject(each);
        const known = come.find((item) => item.id !== null && item.id === raw?.["id"] && item.type === raw["type"]);
        if (raw && known && !known.isDone) finish(known, raw);
        else if (raw && (come.length === 0 || (!hasCalls && isCall(String(raw["type"])))))
          finish(add(`final ${index}`, asText(raw["type"]) ?? "message", asText(raw["id"])), raw);
      }
    },
    get hasRefusal() {
      return hasRefusal;
    },
  };
}

const isCall = (type: string): boolean => type === "function_call" || type === "custom_tool_call";

function openCall(raw: JsonObject): { kind: "call"; id: string; name: string; custom?: boolean; namespace?: string } {
  const { args: _, home: __, ...open } = decodeCall(raw, raw["type"] === "custom_tool_call");
  return open;
}
