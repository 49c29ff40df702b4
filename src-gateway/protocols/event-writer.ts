/** Keeps a decoder's events to the grammar of `ir/answer.ts`, whatever order its provider sends them in. */
import type { Finish, IrEvent, OpenPart } from "../ir/answer.ts";
import type { GatewayError } from "../ir/errors.ts";
import type { Citation, Opaque, Part } from "../ir/part.ts";
import type { ExtraCounts, Usage } from "../ir/usage.ts";
import { isRunnable } from "./call-input.ts";

export interface EventWriter {
  /** Calls after the first do nothing; every other method begins by itself if need be. */
  begin(known?: { id?: string | null; model?: string | null; usage?: Usage | null }): void;
  /** `key` names the part until it is closed. A call without a name is left out: nobody can run it. */
  open(key: string, part: OpenPart): void;
  isOpen(key: string): boolean;
  /** What is said of the part goes out at once: no other stands in front of it. */
  isFirst(key: string): boolean;
  /** These do nothing for a part that is not open, and only texts have citations. */
  delta(key: string, text: string): void;
  citation(key: string, citation: Citation): void;
  opaque(key: string, opaque: Opaque): void;
  close(key: string): void;
  whole(part: Part): void;
  /** Closes what is open. Whatever is written after `finish` or `fail` is dropped. */
  finish(finish: Finish, usage: Usage | null, serviceTier?: string, counts?: ExtraCounts | null): void;
  fail(error: GatewayError): void;
  isOver(): boolean;
  /** A call has been written. */
  hasCalls(): boolean;
  /** The events since the last time. */
  take(): IrEvent[];
}

export function createEventWriter(): EventWriter {
  let ready: IrEvent[] = [];
  let hasBegun = false;
  let isOver = false;
  let hasCalls = false;
  const texts = new Set<string>();
  const parts = createPartOrder((events) => ready.push(...events));

  const enter = (kind: Part["kind"]): boolean => {
    if (isOver) return false;
    writer.begin();
    hasCalls ||= kind === "call";
    return true;
  };
  const conclude = (event: IrEvent): void => {
    if (isOver) return;
    writer.begin();
    parts.closeAll();
    isOver = true;
    ready.push(event);
  };
  const writer: EventWriter = {
    begin({ id = null, model = null, usage = null } = {}) {
      if (hasBegun) return;
      hasBegun = true;
      ready.push({ type: "start", id, model, usage });
    },
    open(key, part) {
      if (!isRunnable(part) || !enter(part.kind)) return;
      parts.close(key);
      parts.open(key, { type: "part-start", part });
      if (part.kind === "text") texts.add(key);
      else texts.delete(key);
    },
    isOpen: (key) => parts.isOpen(key),
    isFirst: (key) => parts.isFirst(key),
    delta(key, text) {
      if (text !== "") parts.add(key, { type: "delta", text });
    },
    citation(key, citation) {
      if (texts.has(key)) parts.add(key, { type: "citation", citation });
    },
    opaque: (key, opaque) => parts.add(key, { type: "opaque", opaque }),
    close: (key) => parts.close(key),
    whole(part) {
      if (enter(part.kind)) parts.whole({ type: "part", part });
    },
    finish: (finish, usage, serviceTier, counts) =>
      conclude({
        type: "end",
        finish,
        usage,
        ...(serviceTier === undefined ? {} : { serviceTier }),
        ...(counts ? { counts } : {}),
      }),
    fail: (error) => conclude({ type: "error", error }),
    isOver: () => isOver,
    hasCalls: () => hasCalls,
    take() {
      const events = ready;
      ready = [];
      return events;
    },
  };
  return writer;
}

interface Slot {
  key: string | null;
  events: IrEvent[];
  isClosed: boolean;
}

/** Lets one part through at a time: the first streams, and those that began while it is open wait behind it. */
function createPartOrder(write: (events: IrEvent[]) => void) {
  let slots: Slot[] = [];

  const flush = (): void => {
    for (let first = slots[0]; first; first = slots[0]) {
      write(first.events);
      first.events = [];
      if (!first.isClosed) return;
      slots.shift();
    }
  };
  const find = (key: string): Slot | undefined => slots.find((slot) => slot.key === key && !slot.isClosed);
  const end = (slot: Slot): void => {
    slot.events.push({ type: "part-end" });
    slot.isClosed = true;
  };
  return {
    open(key: string, event: IrEvent): void {
      slots.push({ key, events: [event], isClosed: false });
      flush();
    },
    isOpen: (key: string): boolean => find(key) !== undefined,
    isFirst: (key: string): boolean => slots[0]?.key === key && !slots[0].isClosed,
    add(key: string, event: IrEvent): void {
      find(key)?.events.push(event);
      flush();
    },
    whole(event: IrEvent): void {
      slots.push({ key: null, events: [event], isClosed: true });
      flush();
    },
    close(key: string): void {
      const slot = find(key);
      if (slot) end(slot);
      flush();
    },
    closeAll(): void {
      for (const slot of slots) if (!slot.isClosed) end(slot);
      flush();
      slots = [];
    },
  };
}
