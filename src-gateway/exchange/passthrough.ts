/**
 * The life of a request on the straight path, top to bottom: images, audio, files and everything else that is handed to a
 * provider as it is. Whatever happens here, the caller is answered and one record is closed.
 */
import { mayChoose } from "../auth/may-choose.ts";
import { requireModel } from "../auth/scopes.ts";
import { GatewayError, toGatewayError } from "../ir/errors.ts";
import type { WireProtocol } from "../ir/protocol.ts";
import { WIRES } from "../protocols/wires.ts";
import { judge } from "../routing/verdict.ts";
import { createFailoverNotice } from "./failover-notice.ts";
import type { AttemptFailure } from "./failures.ts";
import { identifyCaller } from "./identify-caller.ts";
import { observe } from "./observe.ts";
import { type ChosenTargets, chooseTargets, modelInQuery, namedProvider } from "./passthrough/choose-targets.ts";
import { type OutgoingBody, openBody } from "./passthrough/outgoing-body.ts";
import { refuseEscape, wireOfBase } from "./passthrough/provider-url.ts";
import { type PassthroughState, tryTarget } from "./passthrough/try-target.ts";
import type { PassthroughInbound, PassthroughWorld } from "./passthrough/types.ts";
import { noRecords, type RecordKeeper, startRecord } from "./record.ts";
import { factsWithoutBody } from "./request-facts.ts";
import { estimateSpend } from "./spend-estimate.ts";
import type { SpendQuestion, SpendStop } from "./spend-question.ts";
import { Spending } from "./spending.ts";

export async function runPassthrough(arrived: PassthroughInbound, world: PassthroughWorld): Promise<void> {
  const inbound = world.listen?.(arrived) ?? arrived;
  const noRoom = world.noRoom?.() ?? null;
  const keeper = startRecord(inbound, noRoom === null ? world : { ...world, records: noRecords(world) });
  observe(arrived, world, keeper);
  const spending = new Spending<ChosenTargets>(inbound, world, keeper);
  let body: OutgoingBody | null = null;
  try {
    const principal = identifyCaller(inbound, world, { keeper, spending, noRoom });
    refuseEscape(inbound.route.path);
    const rights = (provider: string): boolean => mayChoose(principal.scopes, provider);
    const named = namedProvider(inbound, world, rights);
    keeper.outside.leave();
    body = await openBody(inbound);
    keeper.outside.heard();
    const model = body.model ?? modelInQuery(inbound.target.query);
    openRecord(keeper, world, body, model);
    requireModel(principal.scopes, model);
    const request = factsWithoutBody({ inbound, world, keeper, principal });
    const choose = async (wanted: string | null, why?: string): Promise<ChosenTargets> => {
      const found = await chooseTargets(inbound, world, named, { model: wanted, request, mayChoose: rights });
      const { plan } = found;
      keeper.record.plan = why === undefined ? plan : { ...plan, matched: `${why}; ${plan.matched}` };
      return found;
    };
    const held = body;
    const ask = (): SpendQuestion<ChosenTargets> => spendQuestion(inbound, world, held, choose);
    let chosen = await spending.enter(await choose(model), ask);
    for (;;) {
      const stopped = await askTargets({ inbound, world, keeper, body, principal }, chosen, spending);
      if (stopped === null) break;
      chosen = await spending.goOn(stopped, chosen);
    }
  } catch (thrown) {
    refuse(inbound, world, keeper, thrown);
  } finally {
    if (body) {
      keeper.record.bytesIn = body.bytesIn();
      body.release();
    }
    await spending.closeWith(keeper.close(await inbound.reply.finished()));
  }
}

/** What was asked is known: from here on the record exists in the store, also if the process dies. */
function openRecord(keeper: RecordKeeper, world: PassthroughWorld, body: OutgoingBody, model: string | null): void {
  const { record } = keeper;
  record.modelAsked = model;
  record.stream = body.stream;
  record.bytesIn = body.bytesIn();
  world.records.open({ ...record, attempts: [...record.attempts] });
}

function spendQuestion(
  inbound: PassthroughInbound,
  world: PassthroughWorld,
  body: OutgoingBody,
  planAnew: SpendQuestion<ChosenTargets>["planAnew"],
): SpendQuestion<ChosenTargets> {
  const weighed = { surface: inbound.target.surface, body: body.json };
  return {
    inbound,
    estimate: (target, spender, what) =>
      estimateSpend({ ...weighed, isInputOnly: what === "input" }, target, world, spender),
    firstOf: ({ targets: [first] }) => ({ provider: first?.instance.id ?? "", model: first?.model ?? null }),
    planAnew,
    aside: (wait) => wait(),
  };
}

/** @returns why nobody was asked, where it was for a limit; null when the client has been given its answer. */
async function askTargets(
  state: PassthroughState,
  { targets }: ChosenTargets,
  spending: Spending<ChosenTargets>,
): Promise<SpendStop | null> {
  const { inbound, world, keeper, body } = state;
  const failover = createFailoverNotice(inbound, world);
  let stopped: SpendStop | null = null;
  for (const [place, target] of targets.entries()) {
    stopped = await spending.enterTarget({ provider: target.instance.id, model: target.model });
    if (stopped !== null) continue;
    const asked = { provider: target.instance.id, model: target.model, key: null };
    keeper.ask(target.instance.id, target.model);
    const failure = await tryTarget(state, target);
    if (failure === null) {
      failover.answering(asked);
      return null;
    }
    await spending.failTarget();
    failover.failed(asked, failure, keeper.record.attempts.at(-1));
    if (inbound.signal.aborted || body.broke()) {
      leave(inbound, keeper, failure.error);
      return null;
    }
    // A body that was handed through is gone; only what is held can be sent to another provider.
    const targetsLeft = body.repeatable ? targets.length - place - 1 : 0;
    const verdict = judge(failure.error, {
      accepted: failure.accepted,
      status: keeper.record.attempts.at(-1)?.status ?? null,
      onStatus: target.instance.onStatus,
    });
    if (targetsLeft === 0 || verdict === "give-up") {
      sendFailure(state, failure, wireOfBase(target.base));
      return null;
    }
  }
  return stopped;
}

function sendFailure({ inbound, keeper }: PassthroughState, failure: AttemptFailure, wire: WireProtocol): void {
  keeper.settle("failed", failure.error);
  if (failure.relay === null) return sendError(inbound, failure.error, inbound.route.dialect ?? wire);
  // The provider's own words, for a client that asked for nothing else.
  inbound.reply.start(failure.relay.status, failure.relay.headers);
  inbound.reply.end(failure.relay.body);
}

function refuse(inbound: PassthroughInbound, world: PassthroughWorld, keeper: RecordKeeper, thrown: unknown): void {
  if (inbound.signal.aborted || (thrown instanceof Error && thrown.name === "ClientGone")) {
    return leave(inbound, keeper, new GatewayError("request_timeout", "The client left before it was answered."));
  }
  const error = toGatewayError(thrown);
  if (error.code === "internal_error")
    world.log.error({ err: thrown, requestId: inbound.requestId }, "exchange failed");
  const wasAsked = keeper.record.attempts.length > 0;
  keeper.settle(error.code === "internal_error" || wasAsked ? "failed" : "refused", error);
  sendError(inbound, error, inbound.wire);
}

function leave(inbound: PassthroughInbound, keeper: RecordKeeper, error: GatewayError): void {
  keeper.settle("client_aborted", error);
  inbound.reply.cut();
}

function sendError({ reply, requestId }: PassthroughInbound, error: GatewayError, inWire: WireProtocol): void {
  if (reply.status !== null) return reply.cut();
  const { status, headers, body } = WIRES[inWire].encodeError(error, { requestId });
  reply.start(status, headers);
  reply.end(body);
}
