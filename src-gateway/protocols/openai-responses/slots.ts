/** The open parts of a stream, each with what has come of it, so that a `done` event adds only what the deltas left out. */
import type { OpenPart } from "../../ir/answer.ts";
import type { Citation } from "../../ir/part.ts";
import { callArgs } from "../call-input.ts";
import type { EventWriter } from "../event-writer.ts";
import { decodeAnnotations } from "./annotations.ts";

export interface Slot {
  readonly key: string;
  /** A part is held while its name is unknown. Whatever comes for a closed one is too late. */
  state: "held" | "open" | "closed";
  text: string;
  /** What has come of a thought's current section. */
  section: { name: string; text: string } | null;
  citations: number;
  /** All of its text has come; it may be closed as soon as something else begins. */
  isComplete: boolean;
}

export interface Slots {
  hold(key: string): Slot;
  open(key: string, part: OpenPart): Slot;
  append(slot: Slot, text: unknown): void;
  /** The whole text, as a `done` event has it. */
  fill(slot: Slot, whole: unknown): void;
  /** A thought has sections; a blank line stands between them. */
  section(slot: Slot, name: string, text: unknown, isWhole: boolean): void;
  cite(slot: Slot, citation: Citation): void;
  /** Fills and closes. */
  complete(slot: Slot, whole: unknown, annotations?: unknown): void;
  closeAll(prefix: string): void;
  /** Closes what is complete, for providers that do not say that an item is done. */
  settle(): void;
}

export function createSlots(writer: EventWriter): Slots {
  const all = new Map<string, Slot>();

  const close = (slot: Slot): void => {
    if (slot.state === "open") writer.close(slot.key);
    slot.state = "closed";
  };
  const slots: Slots = {
    hold(key) {
      const known = all.get(key);
      if (known) return known;
      const slot: Slot = { key, state: "held", text: "", section: null, citations: 0, isComplete: false };
      all.set(key, slot);
      return slot;
    },
    open(key, part) {
      const slot = slots.hold(key);
      if (slot.state !== "held") return slot;
      slots.settle();
      writer.open(key, part);
      writer.delta(key, slot.text);
      slot.state = "open";
      return slot;
    },
    append(slot, text) {
      if (typeof text !== "string" || text === "" || slot.state === "closed") return;
      slot.text += text;
      slot.isComplete = false;
      if (slot.state === "open") writer.delta(slot.key, text);
    },
    fill(slot, whole) {
      slots.append(slot, rest(callArgs(whole), slot.text));
      slot.isComplete = true;
    },
    section(slot, name, text, isWhole) {
      if (typeof text !== "string" || text === "") return;
      if (slot.section?.name !== name) {
        slot.section = { name, text: "" };
        if (slot.text !== "") slots.append(slot, "\n\n");
      }
      const more = isWhole ? rest(text, slot.section.text) : text;
      slot.section.text += more;
      slots.append(slot, more);
      slot.isComplete = isWhole;
    },
    cite(slot, citation) {
      if (slot.state !== "open") return;
      slot.citations++;
      writer.citation(slot.key, citation);
    },
    complete(slot, whole, annotations) {
      slots.fill(slot, whole);
      for (const citation of decodeAnnotations(annotations).slice(slot.citations)) slots.cite(slot, citation);
      close(slot);
    },
    closeAll(prefix) {
      for (const slot of all.values()) if (slot.key.startsWith(prefix)) close(slot);
    },
    settle() {
      for (const slot of all.values()) if (slot.isComplete && slot.state === "open") close(slot);
    },
  };
  return slots;
}

/** What of the whole has not come yet; nothing when the two do not fit together. */
const rest = (whole: string, come: string): string => (whole.startsWith(come) ? whole.slice(come.length) : "");
