import { GatewayError } from "../../ir/errors.ts";
import type { Usage } from "../../ir/usage.ts";
import type { StreamDecoder } from "../codec.ts";
import { createEventWriter } from "../event-writer.ts";
import { asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { usageFromConverse } from "../usage.ts";
import { createBlockReader } from "./block-reader.ts";
import { finishOf, serviceTierOf } from "./decode-answer.ts";
import { decodeException } from "./error.ts";

/** Reads the frames of `event-stream.ts`. */
export function createStreamDecoder(): StreamDecoder {
  const writer = createEventWriter();
  const blocks = createBlockReader(writer);
  let stop: { reason: string | null } | null = null;
  let usage: Usage | null = null;
  let serviceTier: string | undefined;

  const finish = (): void => {
    blocks.closeAll();
    writer.finish(finishOf(stop?.reason, writer.hasCalls()), usage, serviceTier);
  };

  const read = (event: string, data: JsonObject): void => {
    switch (event) {
      case "messageStart":
        return writer.begin();
      case "contentBlockStart":
        return blocks.start(data);
      case "contentBlockDelta":
        return blocks.delta(data);
      case "contentBlockStop":
        return blocks.stop(data);
      case "messageStop":
        stop = { reason: asText(data["stopReason"]) };
        if (usage) finish();
        return;
      case "metadata": {
        const counted = asObject(data["usage"]);
        if (counted) usage = usageFromConverse(counted);
        serviceTier = serviceTierOf(data) ?? serviceTier;
        // The usage comes behind the end of the message, so the end of the answer waits for it.
        if (stop) finish();
      }
    }
  };

  return {
    push(frame) {
      const payload = frame.data === null ? null : parseObject(frame.data);
      if (frame.event?.startsWith("exception:")) {
        blocks.closeAll();
        writer.fail(decodeException(frame.event.slice("exception:".length), payload));
      } else if (frame.event !== null && payload) read(frame.event, payload);
      return writer.take();
    },
    end() {
      if (stop) finish();
      else {
        blocks.closeAll();
        writer.fail(
          new GatewayError(
            "provider_cut",
            "The provider's stream ended before the answer was complete. Send it again.",
          ),
        );
      }
      return writer.take();
    },
  };
}
