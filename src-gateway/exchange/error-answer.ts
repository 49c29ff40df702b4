import { type AttemptFailure, dated, isJson } from "./failures.ts";
import type { Lane } from "./lane.ts";
import type { ExchangeState } from "./state.ts";
import type { Headers } from "./types.ts";

export interface ErrorAnswer {
  lane: Lane;
  status: number;
  headers: Headers;
  body: Buffer;
}

/** What a provider's error says, and whether the client may have it in the provider's own words. */
export function failureOf(
  { world }: ExchangeState,
  { lane, status, headers, body: said }: ErrorAnswer,
): AttemptFailure {
  const body = world.hideSecrets?.(said) ?? said;
  const error = lane.decodeError(status, dated(headers, world.clock.nowUs()), body);
  // A refused credential is the gateway's own, not the caller's: passing it on would send people after the wrong key.
  const isTheCallers = error.code !== "provider_auth_failed" && status >= 400;
  const mayRelay = lane.relaysErrors && isTheCallers && isJson(headers, body);
  const toClient = { ...lane.headersToClient(headers), "content-length": String(body.length) };
  return { error, accepted: false, relay: mayRelay ? { status, headers: toClient, body } : null };
}
