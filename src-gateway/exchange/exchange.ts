/** The life of one exchange, top to bottom. Whatever happens here, the caller is answered and one record is closed. */
import { keyPriority } from "../auth/key-priority.ts";
import { mayChoose } from "../auth/may-choose.ts";
import { requireModel } from "../auth/scopes.ts";
import { GatewayError, toGatewayError } from "../ir/errors.ts";
import type { JoinRecorder } from "../joins/types.ts";
import { JsonScanError, scanJson } from "../lib/json-scan.ts";
import type { Soon } from "../lib/soon.ts";
import type { RequestBody, RequestHead } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import { planRecordOf } from "../routing/plan-record.ts";
import type { Plan } from "../routing/types.ts";
import { admissionOf, enter } from "./admit.ts";
import { askTargets } from "./ask-targets.ts";
import { type Audience, createAudience } from "./audience.ts";
import { countedSurface, isCount } from "./count-tokens.ts";
import type { AttemptFailure } from "./failures.ts";
import { identifyCaller } from "./identify-caller.ts";
import { followFirst, joinRequest, openRecorder } from "./join.ts";
import { withoutSuffix } from "./long-context.ts";
import { observe } from "./observe.ts";
import { reportPrompt } from "./prompt-report.ts";
import { noRecords, type RecordKeeper, startRecord } from "./record.ts";
import { factsOf, withoutChoice } from "./request-facts.ts";
import { recallHistory } from "./response-history.ts";
import { heedRunaway } from "./runaway.ts";
import { estimateSpend } from "./spend-estimate.ts";
import type { SpendQuestion } from "./spend-question.ts";
import { Spending } from "./spending.ts";
import { createState, type ExchangeState } from "./state.ts";
import { createStreamReply, type StreamReply } from "./stream-reply.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

export async function runExchange(arrived: Inbound, world: ExchangeWorld): Promise<void> {
  const inbound = isCount(arrived.target.surface) ? arrived : (world.listen?.(arrived) ?? arrived);
  const isRecorded = !isCount(inbound.target.surface);
  const noRoom = isRecorded ? (world.noRoom?.() ?? null) : null;
  const keeper = startRecord(inbound, isRecorded && noRoom === null ? world : { ...world, records: noRecords(world) });
  observe(arrived, world, keeper);
  const spending = new Spending<Plan>(inbound, world, keeper);
  let stream: StreamReply | null = null;
  let recorder: JoinRecorder | null = null;
  let audience: Audience | null = null;
  // From when it is understood on: the caller, together with all who wait for the same.
  let callers = inbound;
  try {
    const principal = identifyCaller(inbound, world, { keeper, spending, noRoom });
    keeper.outside.leave();
    const reading = inbound.readBody();
    const held = reading instanceof Promise ? await reading : reading;
    keeper.outside.heard();
    try {
      const asked = scanBody(held.bytes);
      const head = WIRES[inbound.wire].readRequest(asked, inbound.target);
      keeper.open(head, held.wireBytes);
      requireModel(principal.scopes, withoutSuffix(head.model));
      const request = joinRequest(inbound, world, keeper, held.bytes);
      const followed = request && followFirst(inbound, world, keeper, request);
      if (followed) {
        held.release();
        return await followed;
      }
      recorder = openRecorder(inbound, world, request);
      audience = createAudience({ inbound, world, keeper, recorder });
      callers = { ...inbound, reply: audience.reply, signal: audience.signal };
      if (head.stream) stream = streamReplyFor(callers, world, head);
      const understood = { inbound: callers, audience, world, keeper, spending, principal, body: asked, head, stream };
      await answer(understood, recorder);
    } finally {
      held.release(keeper.outcome === "completed");
    }
  } catch (thrown) {
    refuse(callers, world, keeper, thrown, stream);
  } finally {
    stream?.stop();
    recorder?.close(keeper.outcome === "completed");
    const isDelivered = await inbound.reply.finished();
    audience?.dismiss();
    const counting = keeper.close(isDelivered);
    const closing = isRecorded ? spending.closeWith(counting) : undefined;
    if (closing) await closing;
  }
}

type Asked = Pick<
  ExchangeState,
  "inbound" | "audience" | "world" | "keeper" | "spending" | "principal" | "body" | "head" | "stream"
>;

async function answer(asked: Asked, recorder: JoinRecorder | null): Promise<void> {
  const { inbound, world, keeper, spending, head, principal } = asked;
  const recalling = recallHistory(inbound, world, asked.body, keeper.record.userId);
  const { body, continuation } = recalling instanceof Promise ? await recalling : recalling;
  const heeding = heedRunaway({ inbound, world, keeper, head, body });
  const settleTokens = heeding instanceof Promise ? await heeding : heeding;
  const admission = admissionOf(
    inbound,
    String(keeper.record.apiKeyId ?? 0),
    keeper.record.bytesIn,
    keyPriority(principal.scopes),
  );
  const entering = enter(world.admission, admission);
  let permit = entering instanceof Promise ? await entering : entering;
  let state: ExchangeState;
  try {
    const planFor = (model: string, why?: string): Soon<Plan> => {
      const found = world.plan({
        model,
        wire: inbound.wire,
        surface: countedSurface(inbound.target.surface),
        request: factsOf({ inbound, world, keeper, body, principal }),
        mayChoose: (provider) => mayChoose(principal.scopes, provider),
      });
      return found instanceof Promise
        ? found.then((plan) => takePlan(keeper, plan, why))
        : takePlan(keeper, found, why);
    };
    const planning = planFor(withoutSuffix(head.model));
    let plan = planning instanceof Promise ? await planning : planning;
    if (plan.policy?.join === false) recorder?.drop();
    else recorder?.offer();
    const aside = async <Result>(wait: () => Promise<Result>): Promise<Result> => {
      permit.release();
      const result = await wait();
      permit = await enter(world.admission, admission);
      return result;
    };
    if (!isCount(inbound.target.surface)) {
      const entered = spending.enter(plan, () => spendQuestion(asked, body, planFor, aside));
      plan = entered instanceof Promise ? await entered : entered;
    }
    let failure: AttemptFailure | null;
    for (;;) {
      state = createState(asked, { body: withoutChoice(body), plan, continuation, admission });
      failure = await askTargets(state);
      if (!failure?.stopped || inbound.signal.aborted) break;
      plan = await spending.goOn(failure.stopped, plan);
    }
    if (failure !== null) {
      if (inbound.signal.aborted) keeper.settle("client_aborted", failure.error);
      else sendFailure(state, failure);
    }
  } finally {
    permit.release();
    settleTokens();
  }
  const reporting = reportPrompt(state);
  if (reporting !== null) await reporting;
}

function takePlan(keeper: RecordKeeper, found: Plan, why: string | undefined): Plan {
  const plan = why === undefined ? found : { ...found, matched: `${why}; ${found.matched}` };
  keeper.record.plan = planRecordOf(plan);
  return plan;
}

function spendQuestion(
  { inbound, world }: Pick<Asked, "inbound" | "world">,
  body: RequestBody,
  planAnew: SpendQuestion<Plan>["planAnew"],
  aside: SpendQuestion<Plan>["aside"],
): SpendQuestion<Plan> {
  const weighed = { surface: inbound.target.surface, body };
  return {
    inbound,
    estimate: (target, spender, what) =>
      estimateSpend({ ...weighed, isInputOnly: what === "input" }, target, world, spender),
    firstOf: ({ targets }) => targets[0] ?? { provider: "", model: null },
    planAnew,
    aside,
  };
}

function scanBody(bytes: Buffer): RequestBody {
  try {
    return { bytes, root: scanJson(bytes) };
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    throw new GatewayError("invalid_json", `The body is not a JSON object that can be used: ${error.message}.`, {
      cause: error,
    });
  }
}

function streamReplyFor(inbound: Inbound, world: ExchangeWorld, head: RequestHead): StreamReply {
  const wantsArray = inbound.wire === "gemini-content" && !/(?:^|&)alt=sse(?:&|$)/.test(inbound.target.query);
  return createStreamReply({
    reply: inbound.reply,
    wire: inbound.wire,
    model: head.model,
    framing: wantsArray ? "json-array" : "sse",
    keepAliveMs: world.timeouts.keepAliveMs,
    earlyHeaders: {},
  });
}

/** The last target failed before the caller got anything of an answer. */
function sendFailure(state: ExchangeState, failure: AttemptFailure): void {
  const { inbound, keeper } = state;
  keeper.settle("failed", failure.error);
  if (failure.relay && inbound.reply.status === null) {
    // The provider's own words, for a client that speaks its language.
    inbound.reply.start(failure.relay.status, failure.relay.headers);
    inbound.reply.end(failure.relay.body);
  } else sendError(inbound, failure.error, state.stream);
}

function refuse(
  inbound: Inbound,
  world: ExchangeWorld,
  keeper: RecordKeeper,
  thrown: unknown,
  stream: StreamReply | null,
): void {
  if (inbound.signal.aborted) {
    keeper.settle("client_aborted", new GatewayError("request_timeout", "The client left before it was answered."));
    return inbound.reply.cut();
  }
  const error = toGatewayError(thrown);
  if (error.code === "internal_error")
    world.log.error({ err: thrown, requestId: inbound.requestId }, "exchange failed");
  const isFailure = error.code === "internal_error" || error.code === "credential_missing";
  keeper.settle(isFailure || keeper.record.attempts.length > 0 ? "failed" : "refused", error);
  sendError(inbound, error, stream);
}

/** The error in the client's own shape: as an HTTP answer, or as the last frame where the stream has begun. */
function sendError(inbound: Inbound, error: GatewayError, stream: StreamReply | null): void {
  const { reply, requestId } = inbound;
  const wire = WIRES[inbound.wire];
  stream?.stop();
  if (reply.status !== null && stream) {
    reply.end(wire.encodeStreamError(error, { requestId, framing: stream.framing, started: stream.answering }));
  } else if (reply.status === null) {
    const { status, headers, body } = wire.encodeError(error, { requestId });
    reply.start(status, headers);
    reply.end(body);
  } else reply.cut();
}
