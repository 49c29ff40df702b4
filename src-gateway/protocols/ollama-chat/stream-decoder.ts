import { GatewayError } from "../../ir/errors.ts";
import type { StreamDecoder } from "../codec.ts";
import { createEventWriter } from "../event-writer.ts";
import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { finishOf, usageOf } from "./decode-answer.ts";
import { decodeCalls } from "./parts.ts";

/** Reads the lines of `ndjson.ts`: each is an answer with a further piece of its message, the last has `done`. */
export function createStreamDecoder(): StreamDecoder {
  const writer = createEventWriter();

  const add = (kind: "text" | "thinking", text: string | null): void => {
    if (text === null) return;
    // Pieces have no index: what is of another kind than the piece before it begins a new part.
    writer.close(kind === "text" ? "thinking" : "text");
    if (!writer.isOpen(kind)) writer.open(kind, { kind });
    writer.delta(kind, text);
  };

  const read = (line: JsonObject): void => {
    if (line["error"] !== undefined) return writer.fail(decodeErrorObject(line["error"]));
    writer.begin({ model: asText(line["model"]) });
    const message = asObject(line["message"]);
    add("thinking", asText(message?.["thinking"]));
    add("text", asText(message?.["content"]));
    for (const { args, ...call } of decodeCalls(message?.["tool_calls"])) {
      writer.close("thinking");
      writer.close("text");
      writer.open("call", call);
      writer.delta("call", args);
      writer.close("call");
    }
    if (line["done"] === true) writer.finish(finishOf(line, writer.hasCalls()), usageOf(line));
  };

  return {
    push(frame) {
      const line = frame.data === null ? null : parseObject(frame.data);
      if (line) read(line);
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
