/** The chunks of a provider's stream as events. Of several choices it follows the first. */
import type { IrEvent } from "../../ir/answer.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Usage } from "../../ir/usage.ts";
import type { StreamDecoder } from "../codec.ts";
import { asArray, asObject, asText, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { decodeFinish } from "./chat-finish.ts";
import { createPartQueue } from "./part-queue.ts";
import { createDeltaReader } from "./read-delta.ts";
import { factsOf } from "./response.ts";

const DONE = Buffer.from("[DONE]");

export function createStreamDecoder(): StreamDecoder {
  const queue = createPartQueue();
  const deltas = createDeltaReader(queue);
  let id: string | null = null;
  let model: string | null = null;
  let usage: Usage | null = null;
  let serviceTier: string | null = null;
  let finished: JsonObject | null = null;
  let followed: unknown;
  let hasStarted = false;
  let isOver = false;

  const start = (): IrEvent[] => {
    if (hasStarted) return [];
    hasStarted = true;
    return [{ type: "start", id, model, usage: null }];
  };
  const fail = (error: GatewayError): IrEvent[] => {
    isOver = true;
    return [...start(), ...queue.abort(), { type: "error", error }];
  };
  const finish = (): IrEvent[] => {
    isOver = true;
    deltas.end();
    const parts = queue.drain(true);
    const tier = serviceTier === null ? {} : { serviceTier };
    return [...start(), ...parts, { type: "end", finish: decodeFinish(finished, queue.kinds), usage, ...tier }];
  };
  const read = (json: JsonObject): IrEvent[] => {
    const facts = factsOf(json);
    if (facts.error) return fail(facts.error);
    usage = facts.usage ?? usage;
    id ??= asText(json["id"]);
    model ??= asText(json["model"]);
    serviceTier = asText(json["service_tier"]) ?? serviceTier;
    const choices = asArray(json["choices"])
      .map(asObject)
      .filter((choice) => choice !== null);
    // The first chunk of some servers has neither choice nor id.
    if (choices.length === 0) return [];
    followed ??= choices[0]?.["index"] ?? 0;
    const choice = choices.find((one) => (one["index"] ?? 0) === followed);
    if (choice) {
      if (asText(choice["finish_reason"])) finished = choice;
      deltas.push(choice);
    }
    return [...start(), ...queue.drain(false)];
  };

  return {
    push(frame: SseFrame) {
      if (isOver || frame.data === null) return [];
      if (frame.data.equals(DONE)) return hasStarted ? finish() : fail(noAnswer());
      const json = parseObject(frame.data);
      if (!json) return [];
      if (frame.event === "error") return fail(decodeErrorObject(json["error"] ?? json));
      return read(json);
    },
    end() {
      if (isOver) return [];
      return finished ? finish() : fail(cut());
    },
  };
}

const cut = (): GatewayError =>
  new GatewayError("provider_cut", "The provider ended its stream before the answer was complete. Try again.");
const noAnswer = (): GatewayError =>
  new GatewayError("provider_error", "The provider ended its stream without any answer. Try again.");
