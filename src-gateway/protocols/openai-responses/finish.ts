/** What a response says about its end, and what the end of an answer is called here. */
import type { Finish } from "../../ir/answer.ts";
import { GatewayError } from "../../ir/errors.ts";
import { finishFrom } from "../finish-reason.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";

const WORDS: Readonly<Record<string, Finish["reason"]>> = {
  completed: "stop",
  incomplete: "length",
  "incomplete: max_output_tokens": "length",
  "incomplete: content_filter": "filter",
  // Only an answer made in the background is still under way when it is handed over.
  queued: "paused",
  in_progress: "paused",
};

export interface AnswerContent {
  hasCalls: boolean;
  hasRefusal: boolean;
}

export function decodeFinish(response: JsonObject, { hasCalls, hasRefusal }: AnswerContent): Finish {
  const status = asText(response["status"]);
  const reason = asText(asObject(response["incomplete_details"])?.["reason"]);
  const raw = status !== null && reason !== null ? `${status}: ${reason}` : status;
  const finish = finishFrom(WORDS, raw, hasCalls);
  return finish.reason === "stop" && hasRefusal ? { ...finish, reason: "refusal" } : finish;
}

/** The error that a response carries in the clothes of a success. */
export function errorOf(response: JsonObject): GatewayError | null {
  const status = asText(response["status"]);
  const { error } = response;
  if (status === "failed" || (status === null && error != null)) {
    return decodeErrorObject(error ?? { message: "The response failed without a reason." });
  }
  if (status !== "cancelled") return null;
  return new GatewayError("provider_error", "The provider cancelled the response. Send the request again.");
}

export interface FinalStatus {
  status: "completed" | "incomplete" | "failed";
  incomplete_details: { reason: string } | null;
  error: { code: string; message: string } | null;
}

export function encodeFinish(finish: Finish, hasRefusal: boolean): FinalStatus {
  const incomplete = (reason: string): FinalStatus => ({
    status: "incomplete",
    incomplete_details: { reason },
    error: null,
  });
  switch (finish.reason) {
    case "length":
    case "context":
      return incomplete("max_output_tokens");
    case "filter":
      return incomplete("content_filter");
    case "refusal":
      // A refusal without words would look like an empty answer.
      if (!hasRefusal) return incomplete("content_filter");
      break;
    case "error": {
      const word = finish.raw === null ? "" : ` (${finish.raw})`;
      const message = `The model ended its answer with an error${word}. Send the request again.`;
      return { status: "failed", incomplete_details: null, error: { code: "server_error", message } };
    }
    default:
  }
  return { status: "completed", incomplete_details: null, error: null };
}
