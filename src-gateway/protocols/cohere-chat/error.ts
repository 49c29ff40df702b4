import { GatewayError } from "../../ir/errors.ts";
import { decodeErrorObject } from "../provider-error.ts";

/** `{"message": "…"}`, with the status that other providers have too. */
export { decodeProviderError as decodeError } from "../provider-error.ts";

/** The error that a finish reason stands for; null for an answer that is one. */
export function finishError(finishReason: string | null, said: string | null): GatewayError | null {
  if (finishReason === "TIMEOUT")
    return new GatewayError("provider_timeout", said ?? "Cohere gave up the answer, because it took too long.");
  if (finishReason !== "ERROR") return null;
  return decodeErrorObject({ message: said ?? "Cohere could not finish the answer, and gave no reason." });
}
