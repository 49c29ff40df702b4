/** Reads the events between the first and the last of a stream: items, the pieces of messages, and their text. */
import type { CallPart } from "../../ir/part.ts";
import type { EventWriter } from "../event-writer.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeAnnotation } from "./annotations.ts";
import { createItemList, type Item, type ItemList } from "./item-list.ts";
import { decodeCall, decodeItem, decodeReasoning } from "./items.ts";
import { createSlots, type Slot, type Slots } from "./slots.ts";

export interface ItemReader {
  /** Unknown events are skipped. */
  read(type: string, event: JsonObject): void;
  /** Takes from the final list of items what the events did not bring. */
  reconcile(output: readonly unknown[]): void;
  hasRefusal(): boolean;
}

interface Reading {
  writer: EventWriter;
  slots: Slots;
  list: ItemList;
  hasRefusal: boolean;
}

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
  const reading: Reading = { writer, slots: createSlots(writer), list: createItemList(), hasRefusal: false };
  return {
    read(type, event) {
      const [, name = "", step = ""] = /^response\.(.+)\.(added|delta|done)$/.exec(type) ?? [];
      if (name === "output_item") readItem(reading, event, step === "done");
      else if (name === "content_part") readContentPart(reading, event, step === "done");
      else if (name === "output_text.annotation") readAnnotation(reading, event);
      else readText(reading, name, event, step === "done");
    },
    reconcile(output) {
      const come = reading.list.all();
      const hasCalls = come.some((item) => isCall(item.type));
      for (const [index, each] of output.entries()) {
        const raw = asObject(each);
        if (!raw) continue;
        const type = asText(raw["type"]) ?? "message";
        const id = asText(raw["id"]);
        const known = come.find((item) => item.id !== null && item.id === id && item.type === type);
        const isNew = come.length === 0 || (!hasCalls && isCall(type));
        const item = known ?? (isNew ? reading.list.add(`final ${index}`, type, id) : null);
        if (item && !item.isDone) finishItem(reading, item, raw);
      }
    },
    hasRefusal: () => reading.hasRefusal,
  };
}

function readItem(reading: Reading, event: JsonObject, isDone: boolean): void {
  const raw = asObject(event["item"]);
  if (!raw) return;
  const type = asText(raw["type"]) ?? "message";
  const item = reading.list.find(event, type, asText(raw["id"]), !isDone);
  if (item.isDone) return;
  item.wasAdded = true;
  if (isDone) finishItem(reading, item, raw);
  else if (isCall(type) && asText(raw["name"]) !== null) reading.slots.open(item.key, openCall(raw));
}

function readContentPart(reading: Reading, event: JsonObject, isDone: boolean): void {
  const part = asObject(event["part"]) ?? {};
  // A reasoning item has content, too; its text comes in events of its own.
  if (part["type"] !== "output_text" && part["type"] !== "refusal") return;
  const item = reading.list.find(event, "message", asText(event["item_id"]));
  if (!item.isDone) readPiece(reading, item, event["content_index"], part, isDone);
}

function readPiece(reading: Reading, item: Item, index: unknown, part: JsonObject, isDone: boolean): void {
  const { type } = part;
  if (type !== "output_text" && type !== "refusal") return;
  const isText = type === "output_text";
  const slot = pieceSlot(reading, item, index, isText ? "text" : "refusal");
  if (isDone) reading.slots.complete(slot, part[isText ? "text" : "refusal"], part["annotations"]);
}

function readAnnotation(reading: Reading, event: JsonObject): void {
  const annotation = asObject(event["annotation"]);
  const item = reading.list.find(event, "message", asText(event["item_id"]));
  if (!annotation || item.isDone) return;
  reading.slots.cite(pieceSlot(reading, item, event["content_index"], "text"), decodeAnnotation(annotation));
}

function readText(reading: Reading, name: string, event: JsonObject, isDone: boolean): void {
  const known = TEXT_EVENTS[name];
  if (!known) return;
  const { slots } = reading;
  const item = reading.list.find(event, known.item, asText(event["item_id"]));
  const text = event[isDone ? known.field : "delta"];
  if (item.isDone || text == null || text === "") return;
  if (item.type === "reasoning") {
    const index = event["summary_index"] ?? event["content_index"];
    const section = `${name} ${typeof index === "number" ? index : 0}`;
    return slots.section(slots.open(item.key, { kind: "thinking" }), section, text, isDone);
  }
  const kind = name === "refusal" ? "refusal" : "text";
  const slot = item.type === "message" ? pieceSlot(reading, item, event["content_index"], kind) : slots.hold(item.key);
  if (isDone) slots.fill(slot, text);
  else slots.append(slot, text);
}

function pieceSlot(reading: Reading, item: Item, index: unknown, kind: "text" | "refusal"): Slot {
  reading.hasRefusal ||= kind === "refusal";
  return reading.slots.open(`${item.key}/${typeof index === "number" ? index : 0}`, { kind });
}

function finishItem(reading: Reading, item: Item, raw: JsonObject): void {
  const { slots, writer } = reading;
  item.isDone = true;
  switch (item.type) {
    case "message":
      for (const [index, part] of asArray(raw["content"]).entries())
        readPiece(reading, item, index, asObject(part) ?? {}, true);
      return slots.closeAll(`${item.key}/`);
    case "function_call":
    case "custom_tool_call": {
      const call = openCall(raw);
      return slots.complete(slots.open(item.key, call), raw[call.custom ? "input" : "arguments"]);
    }
    case "reasoning":
      return finishReasoning(reading, item, raw);
    default:
      slots.settle();
      for (const part of decodeItem(raw).parts) writer.whole(part);
  }
}

function finishReasoning({ slots, writer }: Reading, item: Item, raw: JsonObject): void {
  const { home: _, ...part } = decodeReasoning(raw);
  if (!writer.isOpen(item.key) && part.text === "") {
    slots.settle();
    if (part.opaque) writer.whole(part);
    return;
  }
  const slot = slots.open(item.key, { kind: "thinking" });
  if (part.opaque) writer.opaque(item.key, part.opaque);
  slots.complete(slot, part.text);
}

const isCall = (type: string): boolean => type === "function_call" || type === "custom_tool_call";

function openCall(raw: JsonObject): Omit<CallPart, "args"> {
  const { args: _, home: __, ...open } = decodeCall(raw, raw["type"] === "custom_tool_call");
  return open;
}
