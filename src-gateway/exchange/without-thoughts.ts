/**
 * A provider that refuses a thought's signature, or the encrypted reasoning of another account, would refuse it on every
 * further turn, and the conversation were dead. It goes on without the thoughts, once, and says so.
 */
import type { GatewayError } from "../ir/errors.ts";
import type { Loss } from "../ir/losses.ts";
import type { IrRequest } from "../ir/request.ts";

const REFUSED_STATE =
  /(?:thinking|signature|encrypted[_ ]content|thought).{0,120}(?:invalid|cannot be (?:modified|verified)|could not be (?:decrypted|verified)|corrupt|expected|must match)|invalid.{0,80}(?:signature|encrypted_content)|corrupted thought/i;

export const refusesThoughts = (error: GatewayError): boolean =>
  error.class === "invalid" && error.status === 400 && REFUSED_STATE.test(error.message);

export function withoutThoughts(request: IrRequest): IrRequest {
  const turns = request.turns.flatMap((turn) => {
    const parts = turn.parts
      .filter((part) => part.kind !== "thinking")
      .map((part) => {
        const { opaque: _, ...bare } = part;
        return bare;
      });
    return parts.length === 0 && turn.parts.length > 0 ? [] : [{ ...turn, parts }];
  });
  return { ...request, turns };
}

export const THOUGHTS_LEFT_OUT: Loss = {
  field: "thinking",
  verdict: "dropped",
  note: "The thoughts of earlier turns were left out, because the provider refused their signatures.",
};
