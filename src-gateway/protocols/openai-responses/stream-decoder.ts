import type { IrEvent } from "../../ir/answer.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { StreamDecoder } from "../codec.ts";
import { createEventWriter } from "../event-writer.ts";
import { createItemCounter } from "../extra-usage.ts";
import { asArray, asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { usageFromResponses } from "../usage.ts";
import { decodeFinish, errorOf } from "./finish.ts";
import { createItemReader } from "./item-reader.ts";

export function createStreamDecoder(): StreamDecoder {
  const writer = createEventWriter();
  const reader = createItemReader(writer);
  const items = createItemCounter();

  const begin = (response: JsonObject): void =>
    writer.begin({ id: asText(response["id"]), model: asText(response["model"]) });

  const finish = (response: JsonObject): void => {
    begin(response);
    const error = errorOf(response);
    if (error) return writer.fail(error);
    reader.reconcile(asArray(response["output"]));
    const usage = asObject(response["usage"]);
    const content = { hasCalls: writer.hasCalls(), hasRefusal: reader.hasRefusal() };
    const end = decodeFinish(response, content);
    const tier = asText(response["service_tier"]) ?? undefined;
    writer.finish(end, usage && usageFromResponses(usage), tier, items.counts(asArray(response["output"])));
  };

  const read = (type: string, event: JsonObject): void => {
    const response = asObject(event["response"]) ?? {};
    switch (type) {
      case "response.created":
      case "response.queued":
      case "response.in_progress":
        return begin(response);
      case "response.completed":
        return finish({ status: "completed", ...response });
      case "response.incomplete":
        return finish({ status: "incomplete", ...response });
      case "response.failed":
        return finish({ ...response, status: "failed" });
      case "response.cancelled":
        return finish({ ...response, status: "cancelled" });
      case "error":
        return writer.fail(decodeErrorObject(asObject(event["error"]) ?? event));
      default:
        if (type === "response.output_item.done") items.push(event);
        reader.read(type, event);
    }
  };

  return {
    push(frame: SseFrame): IrEvent[] {
      const event = frame.data && !writer.isOver() ? parseObject(frame.data) : null;
      if (event) {
        // A proxy in between may report its failure in the words of another wire.
        const type = asText(event["type"]) ?? (event["error"] == null ? frame.event : "error");
        if (type !== null) read(type, event);
      }
      return writer.take();
    },
    end() {
      writer.fail(
        new GatewayError(
          "provider_cut",
          "The provider's stream ended before the response was complete. Send the request again.",
        ),
      );
      return writer.take();
    },
  };
}
