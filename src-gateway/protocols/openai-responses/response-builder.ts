import type { Finish, IrEvent } from "../../ir/answer.ts";
import type { GatewayError } from "../../ir/errors.ts";
import type { Usage } from "../../ir/usage.ts";
import type { JsonObject } from "../loose-json.ts";
import { encodeUsage } from "./encode-usage.ts";
import { failureOf } from "./error.ts";
import { encodeFinish } from "./finish.ts";
import { createOutputWriter } from "./output-writer.ts";
import type { Emit } from "./part-writers.ts";
import type { ResponseObject } from "./response-object.ts";

export interface ResponseBuilder {
  /** What comes after `end` or `error` is ignored. */
  push(event: IrEvent): void;
  /** The response as it stands. */
  response(): JsonObject;
}

/**
 * Builds a response out of an answer's events, and tells `emit` of each step on the way, where somebody listens. Items are
 * made once: what has been emitted and what stands in the final response are the same objects.
 */
export function createResponseBuilder(object: ResponseObject, emit: Emit | null): ResponseBuilder {
  const output = createOutputWriter(object, emit ?? (() => undefined));
  let response: JsonObject | null = null;
  let hasBegun = false;
  let isOver = false;
  let usage: Usage | null = null;

  const begin = (): void => {
    if (hasBegun) return;
    hasBegun = true;
    if (emit === null) return;
    response = object.write({});
    emit("response.created", { response });
    emit("response.in_progress", { response });
  };
  const end = (finish: Finish, serviceTier: string | undefined): void => {
    const final = encodeFinish(finish, output.hasRefusal());
    output.end(final.status === "completed" ? "completed" : "incomplete");
    const tier = serviceTier === undefined ? {} : { service_tier: serviceTier };
    response = object.write({ ...final, output: output.items, usage: encodeUsage(usage), ...tier });
    emit?.(`response.${final.status}`, { response });
    isOver = true;
  };
  const fail = (error: GatewayError): void => {
    response = object.write({ status: "failed", error: failureOf(error), output: output.items });
    emit?.("response.failed", { response });
    isOver = true;
  };

  return {
    response: () => response ?? object.write({}),
    push(event) {
      if (isOver) return;
      begin();
      switch (event.type) {
        case "start":
          usage = event.usage;
          return;
        case "part-start":
          return output.open(event.part);
        case "delta":
          return output.part()?.delta(event.text);
        case "citation":
          return output.part()?.citation(event.citation);
        case "opaque":
          return output.part()?.opaque(event.opaque);
        case "part-end":
          return output.endPart();
        case "part":
          return output.whole(event.part);
        case "end":
          usage = event.usage ?? usage;
          return end(event.finish, event.serviceTier);
        case "error":
          return fail(event.error);
      }
    },
  };
}
