/** One try at one provider: the request goes out as it comes in, the answer goes back as it comes in. */
import type { Principal } from "../../auth/types.ts";
import { GatewayError, toGatewayError } from "../../ir/errors.ts";
import type { AttemptRecord } from "../../ir/exchange-record.ts";
import type { AnyUpstreamRequest } from "../../upstream/types.ts";
import { type AttemptFailure, clientLeft } from "../failures.ts";
import { tracedHeaders } from "../observe.ts";
import type { RecordKeeper } from "../record.ts";
import { tellIdentity } from "../tell-identity.ts";
import type { UpstreamCall } from "../types.ts";
import type { OutgoingBody } from "./outgoing-body.ts";
import { passthroughHeaders } from "./passthrough-headers.ts";
import { createAnswerRelay } from "./relay-answer.ts";
import type { PassthroughInbound, PassthroughTarget, PassthroughWorld } from "./types.ts";

export interface PassthroughState {
  inbound: PassthroughInbound;
  world: PassthroughWorld;
  keeper: RecordKeeper;
  body: OutgoingBody;
  principal: Principal;
}

/** @returns null when the client has been given its answer, broken off or not. */
export async function tryTarget(state: PassthroughState, target: PassthroughTarget): Promise<AttemptFailure | null> {
  const { inbound, world, keeper } = state;
  const attempt = startAttempt(keeper, target);
  const finish = (failure: AttemptFailure | null): AttemptFailure | null => {
    attempt.endedUs = keeper.elapsedUs();
    if (failure) attempt.errorCode = failure.error.code;
    return failure;
  };
  let request: AnyUpstreamRequest;
  try {
    request = await authorized(state, target);
  } catch (error) {
    return finish({ error: toGatewayError(error), accepted: false, relay: null });
  }
  if (inbound.signal.aborted) return finish(clientLeft());
  return finish(
    await new Promise((resolve) => {
      let call: UpstreamCall | null = null;
      const onClientGone = (): void => call?.abort();
      const relay = createAnswerRelay(state, target, attempt, {
        pause: () => call?.pause(),
        abort: () => call?.abort(),
        done: (failure) => {
          inbound.signal.removeEventListener("abort", onClientGone);
          inbound.reply.onDrain = null;
          resolve(failure);
        },
      });
      inbound.signal.addEventListener("abort", onClientGone, { once: true });
      inbound.reply.onDrain = () => call?.resume();
      const headers = tracedHeaders(request.headers, inbound, world, keeper);
      keeper.outside.leave();
      call = world.dispatch({ ...request, headers }, relay);
    }),
  );
}

/** @throws GatewayError credential_missing, unsupported_operation. */
async function authorized(
  { inbound, world, body, keeper, principal }: PassthroughState,
  target: PassthroughTarget,
): Promise<AnyUpstreamRequest> {
  const content = body.content(target.model);
  const parts = Array.isArray(content) ? content : [];
  const unsigned = { url: target.url, headers: passthroughHeaders(target, inbound.headers, body), body: parts };
  const hasJson = body.json !== null && Array.isArray(content);
  const told = tellIdentity(
    unsigned,
    world.identity?.() ?? [],
    { principal, project: keeper.record.project, provider: target.instance.id, model: body.model },
    hasJson,
  );
  const { url, headers } = await world.authorize({ instance: target.instance, wire: target.base }, told);
  const isSigned = headers["authorization"]?.startsWith("AWS4-") ?? false;
  if (isSigned && (inbound.method !== "POST" || !Array.isArray(content))) {
    throw new GatewayError(
      "unsupported_operation",
      `Requests to "${target.instance.id}" are signed over their whole body, so only JSON can be posted to it.`,
    );
  }
  const sent = hasJson ? told.body : content;
  return { url, headers, method: inbound.method, body: sent, timeouts: world.timeouts };
}

function startAttempt(keeper: RecordKeeper, target: PassthroughTarget): AttemptRecord {
  const attempt: AttemptRecord = {
    provider: target.instance.id,
    model: target.model ?? "",
    status: null,
    errorCode: null,
    reason: target.reason,
    startedUs: keeper.elapsedUs(),
    firstByteUs: null,
    endedUs: null,
  };
  keeper.record.attempts.push(attempt);
  keeper.record.queueUs ??= attempt.startedUs;
  return attempt;
}
