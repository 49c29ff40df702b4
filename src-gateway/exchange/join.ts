/** A request that was sent again: found, and given the answer that the first one gets, in a row of its own. */
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { joinRequestOf } from "../joins/join-key.ts";
import type { JoinRecorder, JoinRequest } from "../joins/types.ts";
import { runHash } from "../lib/run-hash.ts";
import { isCount } from "./count-tokens.ts";
import { headFactsOf } from "./head-facts.ts";
import type { RecordKeeper } from "./record.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

const JOINED_HEADER = "x-tokligence-joined";

/** Null where nobody may join: it is switched off, or the answer is a count, which costs nothing and leaves no record. */
export function joinRequest(
  inbound: Inbound,
  world: ExchangeWorld,
  keeper: RecordKeeper,
  body: Buffer,
): JoinRequest | null {
  const { target, wire } = inbound;
  if (world.joins === null || isCount(target.surface)) return null;
  const { userId, apiKeyId } = keeper.record;
  if (world.mayJoin?.(userId) === false) return null;
  return joinRequestOf(
    {
      owner: `${userId ?? ""}/${apiKeyId ?? ""}`,
      place: [wire, target.surface, target.pathModel ?? "", target.pathMethod ?? "", target.query],
      headers: headFactsOf(inbound).join,
      body,
    },
    runHash(),
  );
}

/**
 * Resolves when the client has been given the answer of another exchange, as far as that went.
 * @returns null, at once, when there is none to be given.
 */
export function followFirst(
  inbound: Inbound,
  world: ExchangeWorld,
  keeper: RecordKeeper,
  request: JoinRequest,
): Promise<void> | null {
  const { reply, signal } = inbound;
  const first = signal.aborted ? null : (world.joins?.find(request) ?? null);
  if (first === null) return null;
  const firstId = requestIdOf(first.exchangeId);
  if (reply.extraHeaders) reply.extraHeaders[JOINED_HEADER] = firstId;
  const following = first.follow(reply);
  if (following === null) {
    if (reply.extraHeaders) delete reply.extraHeaders[JOINED_HEADER];
    return null;
  }
  keeper.record.joinedTo = first.exchangeId;
  const onGone = (): void => following.stop();
  signal.addEventListener("abort", onGone, { once: true });
  return following.done.then((how) => {
    signal.removeEventListener("abort", onGone);
    if (how === "stopped") keeper.settle("client_aborted", leftWhileFollowing());
    else if (how === "cut") keeper.settle("failed_midstream", brokeOff(firstId));
    else if (reply.status !== null && reply.status >= 300) keeper.settle("failed", failedToo(firstId));
    else keeper.settle("completed");
  });
}

/** From here on the answer is kept for whoever asks again; null where that is not wanted. */
export function openRecorder(inbound: Inbound, world: ExchangeWorld, request: JoinRequest | null): JoinRecorder | null {
  return request && (world.joins?.open(request, inbound.id) ?? null);
}

const leftWhileFollowing = (): GatewayError =>
  new GatewayError("request_timeout", "The client left before it had the whole answer.");

const brokeOff = (id: string): GatewayError =>
  new GatewayError("provider_cut", `The answer of ${id}, which this request was given, broke off.`);

const failedToo = (id: string): GatewayError =>
  new GatewayError(
    "provider_error",
    `The request ${id}, whose answer this one was given, has failed; its row says why.`,
  );
