import type { Finish, IrEvent, OpenPart } from "../../ir/answer.ts";
import type { GatewayError } from "../../ir/errors.ts";
import type { Part } from "../../ir/part.ts";
import type { Usage } from "../../ir/usage.ts";
import type { JsonObject } from "../loose-json.ts";
import { openAiError } from "../openai-errors.ts";
import { encodeFinish } from "./finish.ts";
import { createItemWriter, createPieceWriter, type Emit, type PartWriter } from "./part-writers.ts";
import { isPiece, WIRE } from "./parts.ts";
import type { ResponseObject } from "./response-object.ts";
import { encodeUsage } from "./encode-usage.ts";

export interface ResponseBuilder {
  /** What comes after `end` or `error` is ignored. */
  push(event: IrEvent): void;
  /** The response as it stands. */
  response(): JsonObject;
}

/**
 * Builds a response out of an answer's events, and tells `emit` of each step on the way. Items are made once: what has
 * been emitted and what stands in the final response are the same objects.
 */
export function createResponseBuilder(object: ResponseObject, emit: Emit): ResponseBuilder {
  const output: JsonObject[] = [];
  let response = object.write({});
  let hasBegun = false;
  let isOver = false;
  let hasRefusal = false;
  let usage: Usage | null = null;
  let part: PartWriter | null = null;
  // Pieces that follow each other share one message, so that a text with citations is not torn apart.
  let message: { item: JsonObject; content: JsonObject[] } | null = null;

  const begin = (): void => {
    if (hasBegun) return;
    hasBegun = true;
    emit("response.created", { response });
    emit("response.in_progress", { response });
  };
  const addItem = (item: JsonObject): void => emit("response.output_item.added", { output_index: output.length, item });
  const finishItem = (item: JsonObject): void => {
    emit("response.output_item.done", { output_index: output.length, item });
    output.push(item);
  };
  const closePart = (): void => {
    const done = part?.close();
    part = null;
    if (!done) return;
    if (message) message.content.push(done);
    else finishItem(done);
  };
  const closeMessage = (status: "completed" | "incomplete"): void => {
    closePart();
    if (!message) return;
    const { item, content } = message;
    message = null;
    finishItem({ ...item, status, content });
  };
  const openMessage = (): { item: JsonObject; content: JsonObject[] } => {
    const id = object.itemId("msg", output.length);
    const item = { id, type: "message", status: "in_progress", role: "assistant", content: [] };
    addItem(item);
    return { item, content: [] };
  };
  const openPart = (open: OpenPart): void => {
    closePart();
    if (open.kind === "text" || open.kind === "refusal") {
      message ??= openMessage();
      hasRefusal ||= open.kind === "refusal";
      const place = {
        item_id: message.item["id"],
        output_index: output.length,
        content_index: message.content.length,
      };
      part = createPieceWriter(open.kind, place, emit);
      return;
    }
    closeMessage("completed");
    part = createItemWriter(open, object, output.length, emit);
  };
  const wholePart = (whole: Part): void => {
    if (whole.kind === "thinking") {
      openPart({ kind: "thinking" });
      if (whole.opaque) part?.opaque(whole.opaque);
      closePart();
    } else if (whole.kind === "native" && whole.wire === WIRE && !isPiece(whole)) {
      closeMessage("completed");
      addItem(whole.raw);
      finishItem(whole.raw);
    }
  };
  const finish = (reason: Finish, serviceTier: string | undefined): void => {
    const final = encodeFinish(reason, hasRefusal);
    closeMessage(final.status === "completed" ? "completed" : "incomplete");
    const tier = serviceTier === undefined ? {} : { service_tier: serviceTier };
    response = object.write({ ...final, output, usage: encodeUsage(usage), ...tier });
    emit(`response.${final.status}`, { response });
    isOver = true;
  };
  const fail = (error: GatewayError): void => {
    const { code, message: text } = openAiError(error);
    response = object.write({ status: "failed", error: { code, message: text }, output });
    emit("response.failed", { response });
    isOver = true;
  };

  return {
    response: () => response,
    push(event) {
      if (isOver) return;
      begin();
      switch (event.type) {
        case "start":
          usage = event.usage;
          return;
        case "part-start":
          openPart(event.part);
          return;
        case "delta":
          part?.delta(event.text);
          return;
        case "citation":
          part?.citation(event.citation);
          return;
        case "opaque":
          part?.opaque(event.opaque);
          return;
        case "part-end":
          closePart();
          return;
        case "part":
          wholePart(event.part);
          return;
        case "end":
          usage = event.usage ?? usage;
          finish(event.finish, event.serviceTier);
          return;
        case "error":
          fail(event.error);
      }
    },
  };
}
