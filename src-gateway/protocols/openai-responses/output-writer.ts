import type { OpenPart } from "../../ir/answer.ts";
import type { Part } from "../../ir/part.ts";
import type { JsonObject } from "../loose-json.ts";
import { createItemWriter, createPieceWriter, type Emit, type PartWriter } from "./part-writers.ts";
import { isPiece, WIRE } from "./parts.ts";
import type { ResponseObject } from "./response-object.ts";

/** Turns the parts of an answer into items, one after the other. */
export interface OutputWriter {
  open(part: OpenPart): void;
  /** The writer of the open part. */
  part(): PartWriter | null;
  /** The open part has all of its text. */
  endPart(): void;
  /** A part that comes in one piece; one that this wire has no word for is left out. */
  whole(part: Part): void;
  /** Closes what is open. `status` is that of the last item. */
  end(status: "completed" | "incomplete"): void;
  /** The finished items. */
  readonly items: JsonObject[];
  hasRefusal(): boolean;
}

export function createOutputWriter(object: ResponseObject, emit: Emit): OutputWriter {
  const { items, addItem, finishItem } = createItemList(emit);
  let hasRefusal = false;
  let part: PartWriter | null = null;
  let isCall = false;
  // Pieces that follow each other share one message, so that a text with citations is not torn apart.
  let message: { item: JsonObject; content: JsonObject[] } | null = null;

  const closePart = (status: "completed" | "incomplete" = "completed"): void => {
    const done = part?.close(status);
    part = null;
    if (!done) return;
    if (message) message.content.push(done);
    else finishItem(done);
  };
  const openMessage = (): { item: JsonObject; content: JsonObject[] } => {
    const id = object.itemId("msg", items.length);
    const item = { id, type: "message", status: "in_progress", role: "assistant", content: [] };
    addItem(item);
    return { item, content: [] };
  };
  const end = (status: "completed" | "incomplete"): void => {
    closePart(status);
    if (!message) return;
    const { item, content } = message;
    message = null;
    finishItem({ ...item, status, content });
  };
  const open = (opened: OpenPart): void => {
    closePart();
    isCall = opened.kind === "call";
    if (opened.kind === "text" || opened.kind === "refusal") {
      message ??= openMessage();
      hasRefusal ||= opened.kind === "refusal";
      const place = { item_id: message.item["id"], output_index: items.length, content_index: message.content.length };
      part = createPieceWriter(opened.kind, place, emit);
      return;
    }
    end("completed");
    part = createItemWriter(opened, object, items.length, emit);
  };

  return {
    open,
    endPart() {
      // Clients run a call that is done, so one waits until it is known that the answer was not cut there.
      if (!isCall) closePart();
    },
    end,
    items,
    part: () => part,
    hasRefusal: () => hasRefusal,
    whole(whole) {
      if (whole.kind === "thinking") {
        open({ kind: "thinking" });
        part?.delta(whole.text);
        if (whole.opaque) part?.opaque(whole.opaque);
        closePart();
      } else {
        const makeItem = itemOf(whole);
        if (!makeItem) return;
        end("completed");
        const { added, done } = makeItem(object.itemId("ig", items.length));
        addItem(added);
        finishItem(done);
      }
    },
  };
}

/** The finished items, and what is said when one begins and ends. */
function createItemList(emit: Emit) {
  const items: JsonObject[] = [];
  return {
    items,
    addItem: (item: JsonObject): void => emit("response.output_item.added", { output_index: items.length, item }),
    finishItem: (item: JsonObject): void => {
      emit("response.output_item.done", { output_index: items.length, item });
      items.push(item);
    },
  };
}

/** Makes the item of a part, as it is when it is added and when it is done; null where the wire has no such item. */
function itemOf(part: Part): ((imageId: string) => { added: JsonObject; done: JsonObject }) | null {
  if (part.kind === "image" && "data" in part.blob) {
    const { data } = part.blob;
    return (id) => {
      const item = { id, type: "image_generation_call" };
      return {
        added: { ...item, status: "in_progress", result: null },
        done: { ...item, status: "completed", result: data },
      };
    };
  }
  if (part.kind !== "native" || part.wire !== WIRE || isPiece(part)) return null;
  return () => ({ added: part.raw, done: part.raw });
}
