import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { StreamDecoder } from "../codec.ts";
import { createEventWriter, type EventWriter } from "../event-writer.ts";
import { countsFromMessages, tierWordFromMessages } from "../extra-usage.ts";
import { asObject, asText, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { usageFromMessages } from "../usage.ts";
import { decodeFinish } from "./stop-reason.ts";
import { openBlock, type StreamBlock, startOf } from "./stream-block.ts";

type EventReader = (json: JsonObject) => void;

export function createStreamDecoder(): StreamDecoder {
  const writer = createEventWriter();
  const blocks = createBlocks(writer);
  /** Counts are cumulative and may come in either event; the last one that is not null stands. */
  const usage: JsonObject = {};
  let ending: JsonObject = {};

  const learnUsage = (said: unknown): void => {
    for (const [name, value] of Object.entries(asObject(said) ?? {})) if (value !== null) usage[name] = value;
  };
  const usageSoFar = () => (Object.keys(usage).length === 0 ? null : usageFromMessages(usage));

  const readers: Readonly<Record<string, EventReader>> = {
    ...blocks.readers,
    message_start(json) {
      const message = asObject(json["message"]) ?? {};
      learnUsage(message["usage"]);
      writer.begin({ id: asText(message["id"]), model: asText(message["model"]), usage: usageSoFar() });
    },
    message_delta(json) {
      ending = { ...ending, ...asObject(json["delta"]) };
      learnUsage(json["usage"]);
    },
    message_stop() {
      blocks.stopAll();
      writer.finish(
        decodeFinish(ending, writer.hasCalls()),
        usageSoFar(),
        tierWordFromMessages(usage),
        countsFromMessages(usage),
      );
    },
    error: (json) => writer.fail(decodeErrorObject(json["error"] ?? json)),
  };

  return {
    push(frame) {
      if (frame.data === null || writer.isOver()) return [];
      const json = parseObject(frame.data);
      const type = asText(json?.["type"]) ?? frame.event ?? (json?.["error"] ? "error" : "");
      if (json && Object.hasOwn(readers, type)) readers[type]?.(json);
      else if (type === "error") writer.fail(decodeErrorObject(frame.data.toString("utf8")));
      return writer.take();
    },
    end() {
      if (writer.isOver()) return [];
      blocks.stopAll();
      writer.fail(cutError());
      return writer.take();
    },
  };
}

const cutError = (): GatewayError =>
  new GatewayError(
    "provider_cut",
    "The provider closed the connection before its answer was complete. What came so far may be cut; ask again.",
  );

/** The blocks that are open, by their number. A provider that does not number its events means the last one. */
function createBlocks(writer: EventWriter): { readers: Record<string, EventReader>; stopAll(): void } {
  const blocks = new Map<string, StreamBlock>();
  let lastKey = "none";

  const keyOf = (json: JsonObject, fallback: string): string =>
    typeof json["index"] === "number" ? String(json["index"]) : fallback;
  const stop = (key: string): void => {
    blocks.get(key)?.stop();
    blocks.delete(key);
  };
  const start = (key: string, json: JsonObject): StreamBlock => {
    stop(key);
    const block = openBlock(writer, key, json);
    blocks.set(key, block);
    lastKey = key;
    return block;
  };
  const readers: Record<string, EventReader> = {
    content_block_start(json) {
      start(keyOf(json, `${lastKey}+`), asObject(json["content_block"]) ?? {});
    },
    content_block_delta(json) {
      const delta = asObject(json["delta"]) ?? {};
      const key = keyOf(json, lastKey);
      (blocks.get(key) ?? start(key, startOf(delta))).delta(delta);
    },
    content_block_stop: (json) => stop(keyOf(json, lastKey)),
  };
  return {
    readers,
    stopAll() {
      for (const key of blocks.keys()) stop(key);
    },
  };
}
