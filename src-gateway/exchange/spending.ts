/**
 * What a request may spend: reserved before anybody is asked, settled once when its record is closed. A budget may send it
 * to another model, let it wait for somebody's word, or turn it away.
 */
import { ownLimits } from "../budgets/own-limits.ts";
import type { Amounts, Limits, Named, Reservation, SpendDecision, Subject } from "../budgets/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Soon } from "../lib/soon.ts";
import type { RecordKeeper } from "./record.ts";
import type { SpendTarget } from "./spend-estimate.ts";
import { errorOfStop, type SpendQuestion, type SpendStop, type Spent } from "./spend-question.ts";
import { NOTHING, plus, tokensOf, usedBy } from "./spent-amounts.ts";
import { putHeader, tell } from "./tell-spending.ts";
import type { ExchangeWorld, Inbound, Spender } from "./types.ts";

const DOWNGRADE_HEADER = "x-tokligence-budget-downgrade";

/** Of one exchange. Does nothing while nothing is limited. */
export class Spending<Plan> {
  readonly #inbound: Inbound;
  readonly #world: Pick<ExchangeWorld, "spending" | "clock" | "log">;
  readonly #keeper: RecordKeeper;
  #spender: Spender | null = null;
  #who: Spent | null = null;
  #question: SpendQuestion<Plan> | null = null;
  #passed: string[] = [];
  #request: Reservation | null = null;
  #target: Reservation | null = null;

  constructor(inbound: Inbound, world: Pick<ExchangeWorld, "spending" | "clock" | "log">, keeper: RecordKeeper) {
    this.#inbound = inbound;
    this.#world = world;
    this.#keeper = keeper;
  }

  identify(who: Spent): void {
    this.#who = who;
  }

  /**
   * @param ask what the request is asked for, where anything is limited.
   * @returns the plan that the request may go on with.
   * @throws GatewayError quota_exceeded, rate_limited; overloaded where nobody can tell what was spent; the signal's reason
   *   when the client leaves while somebody is asked.
   */
  enter(plan: Plan, ask: () => SpendQuestion<Plan>): Soon<Plan> {
    this.#spender = this.#world.spending?.() ?? null;
    if (this.#spender === null) return plan;
    this.#question = ask();
    return this.#enter(plan, this.#spender, this.#question);
  }

  async #enter(plan: Plan, spender: Spender, question: SpendQuestion<Plan>): Promise<Plan> {
    for (let current = plan; ; ) {
      const decision = await this.#reserve("request", question.firstOf(current), spender, question);
      if (decision.action === "go") {
        this.#request = decision.reservation;
        return current;
      }
      current = await this.goOn(decision, current);
    }
  }

  /** Asked before each attempt. @returns null when the target may be asked, and is counted from now on. */
  enterTarget(target: SpendTarget): Soon<SpendStop | null> {
    if (this.#spender === null || this.#question === null) return null;
    return this.#enterTarget(target, this.#spender, this.#question);
  }

  async #enterTarget(target: SpendTarget, spender: Spender, question: SpendQuestion<Plan>): Promise<SpendStop | null> {
    await this.#closeTarget(NOTHING);
    const decision = await this.#reserve("target", target, spender, question);
    if (decision.action !== "go") return decision;
    this.#target = decision.reservation;
    return null;
  }

  /** The target was not asked after all. */
  async leaveTarget(): Promise<void> {
    await this.#closeTarget(null);
  }

  /** The attempt has failed. What it used all the same stands in the record until another one is asked. */
  async failTarget(): Promise<void> {
    const { record } = this.#keeper;
    const spender = this.#spender;
    if (record.usageSource === "none" || spender === null) return this.#closeTarget(NOTHING);
    const ownOnly = { ...record, attempts: [] };
    await this.#closeTarget({ costNano: spender.costOf(ownOnly), tokens: tokensOf(record) });
  }

  /**
   * What has to happen before a request that was stopped goes on.
   * @returns the plan to go on with, for which nothing is reserved yet.
   * @throws GatewayError as `enter`.
   */
  async goOn(stop: SpendStop, plan: Plan): Promise<Plan> {
    const nowUs = this.#world.clock.nowUs();
    const question = this.#question;
    if (question === null || this.#spender === null || stop.action === "block" || stop.action === "slow")
      throw errorOfStop(stop, nowUs);
    this.#passed.push(stop.met.budget);
    if (stop.action === "downgrade") return this.#downgrade(stop, question);
    const spender = this.#spender;
    const { signal } = question.inbound;
    const { waitMs, met } = stop;
    const id = this.#inbound.requestId;
    this.#world.log.warn(
      { kind: "budget-ask", requestId: id, budget: met.budget },
      "a request asks whether it may go on",
    );
    const outcome = await question.aside(() => spender.asks.open({ id, met, waitMs, about: this.#about(), signal }));
    this.#world.log.info({ kind: "budget-ask", requestId: id, budget: met.budget, outcome }, "a request was answered");
    if (outcome !== "approved") throw errorOfStop(stop, this.#world.clock.nowUs());
    return plan;
  }

  /**
   * The record is closed. What is reserved stays so until it is counted what was used, and nobody waits for that.
   * @param counting never rejects.
   */
  closeWith(counting: Promise<ExchangeRecord> | void): Soon<void> {
    if (!counting) return this.close();
    void counting.then((record) => this.close(record));
  }

  /**
   * Never throws.
   * @param record as it is written down: with the gateway's own count where nobody reported what was used.
   */
  close(record: ExchangeRecord = this.#keeper.record): Soon<void> {
    const wasAsked = record.queueUs !== null;
    if (this.#request !== null) return this.#settle(record, this.#request, wasAsked);
    // It began before anything was limited, and was not turned away: those who come after it are told of it.
    const spender = this.#spender === null ? (this.#world.spending?.() ?? null) : null;
    if (spender === null || !wasAsked) return undefined;
    const subject = { ...this.#subject(), ...providerOf(record.provider) };
    return spender.count(subject, Math.floor(record.id / 1000), usedBy(record, spender), this.#own());
  }

  async #settle(record: ExchangeRecord, request: Reservation, wasAsked: boolean): Promise<void> {
    if (!wasAsked || this.#spender === null) {
      await Promise.all([this.#closeTarget(null), request.release()]);
      return;
    }
    const untold = await this.#untold(record, this.#spender);
    const told = usedBy(record, this.#spender);
    // Failed attempts were settled when they failed, each with what it had used.
    const toldByLast = usedBy({ ...record, attempts: [] }, this.#spender);
    const used = untold === null ? told : plus(told, untold);
    const ofTarget = untold === null ? toldByLast : plus(toldByLast, untold);
    await Promise.all([this.#closeTarget(ofTarget), request.settle(used)]);
  }

  /** A provider that has answered is paid, also where nobody says what for: then at least the input counts as it was estimated. */
  async #untold(record: ExchangeRecord, spender: Spender): Promise<Amounts | null> {
    const { usageSource, provider, modelRouted: model, firstTokenUs, outcome, joinedTo } = record;
    const hasAnswered = firstTokenUs !== null || outcome === "completed";
    if (usageSource !== "none" || !hasAnswered || provider === null || joinedTo !== null) return null;
    try {
      return (await this.#question?.estimate({ provider, model }, spender, "input")) ?? null;
    } catch (error) {
      this.#world.log.warn({ err: error, requestId: this.#inbound.requestId }, "what an answer used was not estimated");
      return null;
    }
  }

  async #closeTarget(used: Amounts | null): Promise<void> {
    const held = this.#target;
    this.#target = null;
    await (used === null ? held?.release() : held?.settle(used));
  }

  async #reserve(
    stage: "request" | "target",
    target: SpendTarget,
    spender: Spender,
    question: SpendQuestion<Plan>,
  ): Promise<SpendDecision> {
    const estimate = await question.estimate(target, spender, "all");
    const subject = stage === "request" ? this.#subject() : providerOf(target.provider);
    let decision: SpendDecision;
    try {
      decision = await spender.reserve({ subject, stage, estimate, passed: this.#passed, own: this.#own() });
    } catch (error) {
      this.#world.log.error({ err: error, requestId: this.#inbound.requestId }, "budgets could not be read");
      throw new GatewayError(
        "overloaded",
        "What was spent so far cannot be read from the ledger, so nobody can tell whether there is room for this request. Try again in a moment.",
        { retryAfterMs: 1_000, cause: error },
      );
    }
    // Those of a place that is passed over would say nothing about the one that answers.
    if (stage === "request" || decision.action === "go") tell(question.inbound.reply, decision);
    return decision;
  }

  async #downgrade(stop: Extract<SpendStop, { action: "downgrade" }>, question: SpendQuestion<Plan>): Promise<Plan> {
    const { met, to } = stop;
    try {
      const plan = await question.planAnew(to, `budget "${met.budget}" asks for "${to}" instead`);
      putHeader(question.inbound.reply, DOWNGRADE_HEADER, `${met.budget}; to=${to}`);
      return plan;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#world.log.warn(
        { budget: met.budget, to, problem: error.message },
        "a budget's other model cannot be asked",
      );
      throw errorOfStop(stop, this.#world.clock.nowUs());
    }
  }

  #subject(): Subject {
    const { record } = this.#keeper;
    const who = this.#who;
    const agent = record.agent?.split("/", 1)[0] ?? null;
    const named = (name: string | null | undefined): Named | null => (name ? { id: name, name } : null);
    return {
      key: who === null || who.apiKeyId === null ? null : { id: String(who.apiKeyId), name: who.keyName ?? "" },
      user: who === null ? null : { id: String(who.userId), name: who.email },
      team: who?.teamName ? { id: String(who.teamId ?? 0), name: who.teamName } : null,
      agent: named(agent),
      project: named(record.project),
      address: named(this.#inbound.address),
    };
  }

  #own(): Limits | null {
    const limits = this.#who?.limits ?? null;
    return limits === null ? null : ownLimits(limits);
  }

  #about(): Record<string, string> {
    const { record } = this.#keeper;
    const { key, user, team } = this.#subject();
    const { agent, project, session, modelAsked: model } = record;
    const all = { user: user?.name, key: key?.name, team: team?.name, agent, project, session, model };
    return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  }
}

const providerOf = (provider: string | null): Subject =>
  provider === null ? {} : { provider: { id: provider, name: provider } };
