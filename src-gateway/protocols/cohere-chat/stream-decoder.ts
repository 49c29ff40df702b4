import { GatewayError } from "../../ir/errors.ts";
import type { StreamDecoder } from "../codec.ts";
import { createEventWriter, type EventWriter } from "../event-writer.ts";
import { asArray, asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { usageFromCohere } from "../usage.ts";
import { finishOf } from "./decode-answer.ts";
import { finishError } from "./error.ts";
import { decodeCall, decodeCitation } from "./parts.ts";

/** Reads events by the `type` in their JSON. Content and calls are counted apart, so both have an index 0. */
export function createStreamDecoder(): StreamDecoder {
  const writer = createEventWriter();
  const message = createMessageReader(writer);

  const end = (delta: JsonObject): void => {
    const finishReason = asText(delta["finish_reason"]);
    const failed = finishError(finishReason, asText(delta["error"]));
    const usage = asObject(delta["usage"]);
    if (failed) writer.fail(failed);
    else writer.finish(finishOf(finishReason, writer.hasCalls()), usage ? usageFromCohere(usage) : null);
  };

  const read = (json: JsonObject): void => {
    const type = asText(json["type"]);
    const delta = asObject(json["delta"]) ?? {};
    if (type === "message-start") writer.begin({ id: asText(json["id"]) });
    else if (type === "message-end") end(delta);
    else if (type === "error" || type === null) {
      if (json["error"] !== undefined || asText(json["message"]) !== null)
        writer.fail(decodeErrorObject(json["error"] ?? json));
    } else message.read(type, typeof json["index"] === "number" ? json["index"] : 0, asObject(delta["message"]) ?? {});
  };

  return {
    push(frame) {
      const json = frame.data === null ? null : parseObject(frame.data);
      if (json) read(json);
      return writer.take();
    },
    end() {
      writer.fail(
        new GatewayError("provider_cut", "The provider's stream ended before the answer was complete. Send it again."),
      );
      return writer.take();
    },
  };
}

interface MessageReader {
  read(type: string, index: number, message: JsonObject): void;
}

const PLAN = "plan";

function createMessageReader(writer: EventWriter): MessageReader {
  /** The content that was last opened; citations of it may come behind its end, so it stays open until more follows. */
  let latest: string | null = null;
  let hasEnded = false;
  const texts = new Set<string>();

  const settle = (): void => {
    writer.close(PLAN);
    if (latest !== null && hasEnded) writer.close(latest);
  };

  const addContent = (index: number, content: JsonObject | null): void => {
    const thinking = asText(content?.["thinking"]);
    const text = thinking ?? asText(content?.["text"]);
    if (text === null) return;
    const key = `content ${index}`;
    if (!writer.isOpen(key)) {
      settle();
      writer.open(key, { kind: thinking === null ? "text" : "thinking" });
      if (thinking === null) texts.add(key);
      latest = key;
      hasEnded = false;
    }
    writer.delta(key, text);
  };

  const cite = (citation: JsonObject): void => {
    const place = citation["content_index"];
    const key = typeof place === "number" ? `content ${place}` : (latest ?? "");
    if (texts.has(key)) for (const each of decodeCitation(citation)) writer.citation(key, each);
  };

  const startCall = (index: number, call: JsonObject): void => {
    settle();
    const { args, ...open } = decodeCall(call);
    writer.open(`call ${index}`, open);
    writer.delta(`call ${index}`, args);
  };

  return {
    read(type, index, message) {
      switch (type) {
        case "tool-plan-delta":
          if (!writer.isOpen(PLAN)) writer.open(PLAN, { kind: "thinking" });
          return writer.delta(PLAN, asText(message["tool_plan"]) ?? "");
        case "content-start":
        case "content-delta":
          return addContent(index, asObject(message["content"]));
        case "content-end":
          hasEnded = latest === `content ${index}`;
          return;
        case "citation-start":
          return listed(message["citations"]).forEach(cite);
        case "tool-call-start":
          return startCall(index, listed(message["tool_calls"])[0] ?? {});
        case "tool-call-delta": {
          const called = asObject(listed(message["tool_calls"])[0]?.["function"]);
          return writer.delta(`call ${index}`, asText(called?.["arguments"]) ?? "");
        }
        case "tool-call-end":
          writer.close(`call ${index}`);
      }
    },
  };
}

/** One object where the documentation has one, and a list where it says that there may be several. */
function listed(value: unknown): JsonObject[] {
  const list = Array.isArray(value) ? asArray(value) : [value];
  return list.map(asObject).filter((each) => each !== null);
}
