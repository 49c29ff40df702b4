/** The one record of an exchange: filled in along the way, closed exactly once. */
import { keyAgent } from "../auth/key-agent.ts";
import type { Principal } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { ExchangeRecord, Outcome } from "../ir/exchange-record.ts";
import { NO_USAGE } from "../ir/usage.ts";
import type { AnswerFacts, RequestHead } from "../protocols/types.ts";
import { agentByKey } from "./attribution.ts";
import { headFactsOf } from "./head-facts.ts";
import { OutsideTime } from "./outside-time.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

export interface RecordKeeper {
  readonly record: ExchangeRecord;
  /** How it ended, as far as that is settled. */
  readonly outcome: Outcome | null;
  readonly outside: OutsideTime;
  /** Microseconds since the request arrived. */
  elapsedUs(): number;
  identify(principal: Principal): void;
  /** What was asked is known: from here on the record exists in the store, also if the process dies. */
  open(head: RequestHead, bytesIn: number): void;
  /** A provider is asked. What another one reported before it failed stays with that attempt. */
  ask(provider: string, model: string | null): void;
  learn(facts: AnswerFacts): void;
  /** How it ended, as far as is known; the first word stands. */
  settle(outcome: Outcome, error?: GatewayError): void;
  /** @param delivered whether the caller got everything that was sent. */
  close(delivered: boolean): Promise<ExchangeRecord> | void;
}

const NO_RECORDS: ExchangeWorld["records"] = { open() {}, close: () => undefined };

/** For what leaves none: questions that cost nothing, and requests that could not be written down. */
export const noRecords = ({ observer }: Pick<ExchangeWorld, "observer">): ExchangeWorld["records"] =>
  observer?.unrecorded ?? NO_RECORDS;

export const startRecord = (inbound: Inbound, world: Pick<ExchangeWorld, "clock" | "records">): RecordKeeper =>
  new Keeper(inbound, world);

class Keeper implements RecordKeeper {
  readonly record: ExchangeRecord;
  readonly outside: OutsideTime;
  outcome: Outcome | null = null;
  private readonly inbound: Inbound;
  private readonly world: Pick<ExchangeWorld, "clock" | "records">;
  private isClosed = false;

  constructor(inbound: Inbound, world: Pick<ExchangeWorld, "clock" | "records">) {
    this.inbound = inbound;
    this.world = world;
    this.record = blankRecord(inbound);
    this.outside = new OutsideTime(world.clock);
  }

  elapsedUs(): number {
    return this.world.clock.monotonicUs() - this.inbound.arrivedUs;
  }

  identify(principal: Principal): void {
    const { record } = this;
    record.userId = principal.userId;
    record.apiKeyId = principal.apiKeyId;
    record.agent = agentByKey(record.agent, keyAgent(principal.scopes));
  }

  open(head: RequestHead, bytesIn: number): void {
    const { record } = this;
    record.modelAsked = head.model;
    record.stream = head.stream;
    record.bytesIn = bytesIn;
    this.world.records.open({ ...record, attempts: [...record.attempts] });
  }

  ask(provider: string, model: string | null): void {
    const { record } = this;
    keepUse(record);
    record.provider = provider;
    record.modelRouted = model;
    record.modelServed = record.finishReason = record.serviceTier = record.counts = null;
    record.usage = { ...NO_USAGE };
    record.usageSource = "none";
  }

  learn(facts: AnswerFacts): void {
    const { record } = this;
    if (facts.modelServed !== null) record.modelServed = facts.modelServed;
    if (facts.finishReason !== null) record.finishReason = facts.finishReason;
    if (facts.serviceTier !== undefined) record.serviceTier = facts.serviceTier;
    if (facts.counts !== undefined) record.counts = facts.counts && { ...facts.counts };
    if (facts.usage !== null) {
      record.usage = { ...facts.usage };
      record.usageSource = "provider";
    }
  }

  settle(outcome: Outcome, error?: GatewayError): void {
    if (this.outcome !== null) return;
    const end = outcome === "client_aborted" ? endOfGateway(this.inbound) : null;
    this.outcome = end === null ? outcome : unfinished(this.inbound);
    const reason = end ?? error;
    if (reason) {
      this.record.errorCode = reason.code;
      this.record.errorMessage = reason.message.slice(0, 500);
    }
  }

  close(delivered: boolean): Promise<ExchangeRecord> | void {
    if (this.isClosed) return undefined;
    this.isClosed = true;
    const { record, inbound } = this;
    const outcome = this.outcome ?? "failed";
    record.outcome = outcome;
    if (outcome === "completed" && !delivered) {
      const end = endOfGateway(inbound);
      record.outcome = end === null ? "client_aborted" : unfinished(inbound);
      record.errorCode = end?.code ?? "request_timeout";
      record.errorMessage =
        end?.message ?? "The client left before it had the whole answer, which was read to its end.";
    }
    record.status = inbound.reply.status;
    record.totalUs = this.elapsedUs();
    record.bytesOut = inbound.reply.bytesOut;
    return this.world.records.close(record, inbound.heard);
  }
}

/** The client did not leave: it was the gateway that broke off, at its own end. */
function endOfGateway({ signal }: Inbound): GatewayError | null {
  const reason: unknown = signal.aborted ? signal.reason : null;
  return reason instanceof GatewayError && reason.code === "shutting_down" ? reason : null;
}

const unfinished = ({ reply }: Inbound): Outcome => (reply.status === null ? "failed" : "failed_midstream");

/** What the attempt before has reported is owed, whoever answers now. */
function keepUse({ attempts, usage, usageSource, modelServed, serviceTier, counts }: ExchangeRecord): void {
  const last = attempts.at(-1);
  if (last === undefined || usageSource !== "provider") return;
  last.used = { usage, modelServed, serviceTier, counts, cost: null };
}

function blankRecord(inbound: Inbound): ExchangeRecord {
  const { agent, session, gitBranch } = headFactsOf(inbound).attribution;
  return {
    id: inbound.id,
    userId: null,
    apiKeyId: null,
    agent,
    session,
    gitBranch,
    project: inbound.project,
    surface: inbound.target.surface,
    stream: false,
    modelAsked: null,
    modelRouted: null,
    modelServed: null,
    provider: null,
    plan: null,
    attempts: [],
    outcome: "open",
    status: null,
    errorCode: null,
    errorMessage: null,
    finishReason: null,
    queueUs: null,
    firstByteUs: null,
    firstTokenUs: null,
    totalUs: null,
    usage: { ...NO_USAGE },
    usageSource: "none",
    losses: [],
    bytesIn: 0,
    bytesOut: 0,
    joinedTo: null,
    replayOf: inbound.replayOf ?? null,
    runaway: null,
    prefix: null,
    serviceTier: null,
    counts: null,
    cost: null,
    own: null,
  };
}
