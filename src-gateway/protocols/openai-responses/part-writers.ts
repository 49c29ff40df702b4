/** One open part of an answer each: its events on the way, and what it amounts to in the end. */
import type { OpenPart } from "../../ir/answer.ts";
import type { Citation, Opaque } from "../../ir/part.ts";
import type { JsonObject } from "../loose-json.ts";
import { encodeAnnotation } from "./annotations.ts";
import type { ResponseObject } from "./response-object.ts";

export type Emit = (type: string, fields: JsonObject) => void;

export interface PartWriter {
  delta(text: string): void;
  citation(citation: Citation): void;
  opaque(opaque: Opaque): void;
  /** The item, or the piece of a message, as far as it came. */
  close(status: "completed" | "incomplete"): JsonObject;
}

const ignore = (): void => undefined;

/** @param place ids and indices that every event of a piece carries. */
export function createPieceWriter(kind: "text" | "refusal", place: JsonObject, emit: Emit): PartWriter {
  const annotations: JsonObject[] = [];
  let text = "";
  const isText = kind === "text";
  const name = isText ? "response.output_text" : "response.refusal";
  const logprobs = isText ? { logprobs: [] } : {};
  // The list of annotations is copied, because events may be kept by those who get them.
  const piece = (): JsonObject =>
    isText
      ? { type: "output_text", annotations: [...annotations], logprobs: [], text }
      : { type: "refusal", refusal: text };
  emit("response.content_part.added", { ...place, part: piece() });
  return {
    delta(more) {
      if (more === "") return;
      text += more;
      emit(`${name}.delta`, { ...place, delta: more, ...logprobs });
    },
    citation(citation) {
      const annotation = isText ? encodeAnnotation(citation, text.length) : null;
      if (!annotation) return;
      emit(`${name}.annotation.added`, { ...place, annotation_index: annotations.length, annotation });
      annotations.push(annotation);
    },
    opaque: ignore,
    close() {
      const done = piece();
      emit(`${name}.done`, { ...place, ...(isText ? { text } : { refusal: text }), ...logprobs });
      emit("response.content_part.done", { ...place, part: done });
      return done;
    },
  };
}

type ItemPart = Exclude<OpenPart, { kind: "text" | "refusal" }>;

export function createItemWriter(open: ItemPart, object: ResponseObject, index: number, emit: Emit): PartWriter {
  if (open.kind === "thinking") return createReasoningWriter(object.itemId("rs", index), index, emit);
  const id = object.itemId(open.custom ? "ctc" : "fc", index);
  return createCallWriter({ ...open, id: open.id || object.itemId("call", index) }, id, index, emit);
}

function createReasoningWriter(id: string, index: number, emit: Emit): PartWriter {
  const place = { item_id: id, output_index: index, summary_index: 0 };
  const summary = (text: string): JsonObject => ({ type: "summary_text", text });
  const item = { id, type: "reasoning", summary: [] };
  let text = "";
  let encrypted: string | null = null;
  emit("response.output_item.added", { output_index: index, item });
  return {
    delta(more) {
      if (more === "") return;
      if (text === "") emit("response.reasoning_summary_part.added", { ...place, part: summary("") });
      text += more;
      emit("response.reasoning_summary_text.delta", { ...place, delta: more });
    },
    citation: ignore,
    opaque({ value }) {
      encrypted = value;
    },
    close() {
      const state = encrypted === null ? {} : { encrypted_content: encrypted };
      if (text === "") return { ...item, ...state };
      emit("response.reasoning_summary_text.done", { ...place, text });
      emit("response.reasoning_summary_part.done", { ...place, part: summary(text) });
      return { ...item, summary: [summary(text)], ...state };
    },
  };
}

function createCallWriter(
  call: Extract<OpenPart, { kind: "call" }>,
  id: string,
  index: number,
  emit: Emit,
): PartWriter {
  const field = call.custom ? "input" : "arguments";
  const name = call.custom ? "response.custom_tool_call_input" : "response.function_call_arguments";
  const place = { item_id: id, output_index: index };
  const item = (status: string, text: string): JsonObject => ({
    id,
    type: call.custom ? "custom_tool_call" : "function_call",
    status,
    call_id: call.id,
    name: call.name,
    ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
    [field]: text,
  });
  let text = "";
  emit("response.output_item.added", { output_index: index, item: item("in_progress", "") });
  const writer: PartWriter = {
    delta(more) {
      if (more === "") return;
      text += more;
      emit(`${name}.delta`, { ...place, delta: more });
    },
    citation: ignore,
    opaque: ignore,
    close(status) {
      // Clients parse the arguments, and nothing is no JSON.
      if (text === "" && !call.custom) writer.delta("{}");
      emit(`${name}.done`, { ...place, [field]: text });
      return item(status, text);
    },
  };
  return writer;
}
