/** The chunks of a provider's stream as events. Of several choices it follows the first. */
import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Part } from "../../ir/part.ts";
import type { Usage } from "../../ir/usage.ts";
import type { StreamDecoder } from "../codec.ts";
import { createEventWriter } from "../event-writer.ts";
import { asArray, asObject, asText, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { decodeFinish } from "./chat-finish.ts";
import { createDeltaReader } from "./read-delta.ts";
import { createRepeatedChunks } from "./repeated-chunks.ts";
import { factsOf } from "./response.ts";

const DONE = Buffer.from("[DONE]");

export function createStreamDecoder(): StreamDecoder {
  const writer = createEventWriter();
  const deltas = createDeltaReader(writer);
  const repeated = createRepeatedChunks();
  let id: string | null = null;
  let model: string | null = null;
  let usage: Usage | null = null;
  let serviceTier: string | undefined;
  let finished: JsonObject | null = null;
  let followed: unknown;

  const finish = (): void => {
    deltas.end();
    const kinds = new Set<Part["kind"]>();
    if (writer.hasCalls()) kinds.add("call");
    if (deltas.hasRefusal()) kinds.add("refusal");
    writer.finish(decodeFinish(finished, kinds), usage, serviceTier);
  };
  const read = (json: JsonObject, frame: SseFrame): void => {
    const facts = factsOf(json);
    if (facts.error) return writer.fail(facts.error);
    usage = facts.usage ?? usage;
    id ??= asText(json["id"]);
    model ??= asText(json["model"]);
    serviceTier = asText(json["service_tier"]) ?? serviceTier;
    const choices = asArray(json["choices"])
      .map(asObject)
      .filter((choice) => choice !== null);
    // The first chunk of some servers has neither choice nor id.
    if (choices.length === 0) return;
    writer.begin({ id, model });
    followed ??= choices[0]?.["index"] ?? 0;
    const choice = choices.find((one) => (one["index"] ?? 0) === followed);
    if (!choice) return;
    // The end is the end of the stream: text and usage may follow.
    if (asText(choice["finish_reason"])) finished = choice;
    deltas.push(choice);
    repeated.learn(frame, json);
  };

  return {
    push(frame) {
      const { data, event } = frame;
      if (writer.isOver() || data === null) return [];
      const text = event === null ? repeated.read(data) : null;
      if (text !== null) {
        deltas.pushPiece(repeated.kind, text);
        return writer.take();
      }
      if (data.equals(DONE)) {
        if (followed === undefined) writer.fail(noAnswer());
        else finish();
        return writer.take();
      }
      const json = parseObject(data);
      if (json && event === "error") writer.fail(decodeErrorObject(json["error"] ?? json));
      else if (json) read(json, frame);
      return writer.take();
    },
    copyPieces: (bytes, at, to, scratch) => (deltas.isIn(repeated.kind) ? repeated.copy(bytes, at, to, scratch) : null),
    end() {
      if (writer.isOver()) return [];
      if (finished) finish();
      else writer.fail(cut());
      return writer.take();
    },
  };
}

const cut = (): GatewayError =>
  new GatewayError("provider_cut", "The provider ended its stream before the answer was complete. Try again.");
const noAnswer = (): GatewayError =>
  new GatewayError("provider_error", "The provider ended its stream without any answer. Try again.");
