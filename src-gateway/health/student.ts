/** Learns from the ends of attempts. */
import { type Attempt, FREE } from "./attempt.ts";
import type { Circuit, CircuitRules, Passage, Verdict } from "./circuit.ts";
import { type Concern, concernOf, isBad, isTelling, type RestOrder } from "./concern.ts";
import { writingSpeed } from "./model-record.ts";
import { keyName, modelName, type States, targetName } from "./states.ts";
import type { AttemptOutcome, HealthEvent, HealthTarget } from "./types.ts";
import { describeOutcome, describeRest } from "./words.ts";

export interface HealthRules extends CircuitRules {
  /** How long a key rests that was refused, or whose quota is used up. */
  keyRestMs: number;
}

/** A provider that throttles without saying for how long is asked again after this, doubled each time. */
const THROTTLED_MS = 1_000;
const MAX_THROTTLED_MS = 60_000;

export class Student {
  private readonly states: States;
  private readonly rules: HealthRules;
  private readonly random: () => number;
  private readonly tell: (event: HealthEvent) => void;

  constructor(states: States, rules: HealthRules, random: () => number, tell: (event: HealthEvent) => void) {
    this.states = states;
    this.rules = rules;
    this.random = random;
    this.tell = tell;
  }

  /** Only for a target that nothing keeps from being asked. */
  begin(attempt: Attempt): void {
    const { provider, model } = attempt.target;
    attempt.provider = this.states.providers.find(provider)?.enter(attempt.beganMs) ?? FREE;
    attempt.model = this.states.models.find(modelName(provider, model))?.circuit.enter(attempt.beganMs) ?? FREE;
  }

  /** Content has come: what the attempt was to find out is known. */
  answering(attempt: Attempt, nowMs: number): void {
    const { provider, model } = attempt.target;
    const enter = (circuit: Circuit | undefined): Passage => circuit?.enter(nowMs) ?? FREE;
    if (attempt.provider.isProbe) {
      this.settleProvider(attempt, "worked", nowMs, "");
      attempt.provider = enter(this.states.providers.find(provider));
    }
    if (attempt.model.isProbe) {
      this.settleModel(attempt, "worked", nowMs, "");
      attempt.model = enter(this.states.models.find(modelName(provider, model))?.circuit);
    }
  }

  end(attempt: Attempt, outcome: AttemptOutcome, nowMs: number): void {
    const concern = concernOf(outcome);
    const what = describeOutcome(outcome);
    this.settleProvider(attempt, concern.provider, nowMs, what);
    this.settleModel(attempt, concern.model, nowMs, what);
    if (!isTelling(concern)) return;
    const known = this.states.targets.use(targetName(attempt.target));
    known.attempts++;
    if (isBad(concern)) known.failures++;
    if (concern.rest) this.leaveAlone(attempt, concern.rest, nowMs);
    if (outcome.kind === "answered") this.welcome(attempt.target);
    if (concern.model !== "unclear" || concern.provider === "failed")
      this.observe(attempt.target, concern, outcome, nowMs);
  }

  /** What somebody other than an attempt found out. */
  learn(provider: string, isReachable: boolean, nowMs: number): void {
    const verdict = isReachable ? "worked" : "failed";
    const change = this.states.providers.use(provider).observe(verdict, nowMs, "a probe could not reach it");
    this.tellChange(change, provider, null);
  }

  private settleProvider({ target, provider: passage }: Attempt, verdict: Verdict, nowMs: number, what: string): void {
    const { provider } = target;
    // Nothing is kept of those of whom nothing is known.
    const circuit = verdict === "unclear" ? this.states.providers.find(provider) : this.states.providers.use(provider);
    if (circuit) this.tellChange(circuit.settle(passage, verdict, nowMs, what), provider, null);
  }

  private settleModel({ target, model: passage }: Attempt, verdict: Verdict, nowMs: number, what: string): void {
    const { provider, model } = target;
    const name = modelName(provider, model);
    const state = verdict === "unclear" ? this.states.models.find(name) : this.states.models.use(name);
    if (state) this.tellChange(state.circuit.settle(passage, verdict, nowMs, what), provider, model);
  }

  private tellChange(change: "opened" | "closed" | null, provider: string, model: string | null): void {
    if (change === "closed") this.tellRecovered(provider, model, null);
    if (change !== "opened") return;
    const circuit =
      model === null
        ? this.states.providers.find(provider)
        : this.states.models.find(modelName(provider, model))?.circuit;
    this.tell({ kind: "down", provider, model, key: null, why: circuit?.why ?? "" });
  }

  private leaveAlone({ target, beganMs }: Attempt, order: RestOrder, nowMs: number): void {
    const { provider, key, model } = target;
    const rest = {
      model: () => this.states.models.use(modelName(provider, model)).rest,
      key: () => this.states.keys.use(keyName(target)),
      "key-and-model": () => this.states.targets.use(targetName(target)).rest,
    }[order.scope]();
    const why = describeRest(target, order);
    const times = rest.count(beganMs, nowMs);
    if (order.cause === "throttled") {
      rest.extend(nowMs + (order.askedMs ?? this.throttledMs(times)), order.cause, why);
      return;
    }
    rest.extend(nowMs + Math.max(order.askedMs ?? 0, this.rules.keyRestMs), order.cause, why);
    if (rest.isAnnounced) return;
    rest.isAnnounced = true;
    this.tell({ kind: "down", provider, model: order.scope === "key" ? null : model, key, why });
  }

  private throttledMs(times: number): number {
    return Math.min(MAX_THROTTLED_MS, THROTTLED_MS * 2 ** Math.min(times, 16) * (1 + this.random() / 4));
  }

  /** The key works, and works for the model. */
  private welcome(target: HealthTarget): void {
    const { provider, key, model } = target;
    if (this.states.keys.find(keyName(target))?.answered()) this.tellRecovered(provider, null, key);
    if (this.states.targets.find(targetName(target))?.rest.answered()) this.tellRecovered(provider, model, key);
    this.states.models.find(modelName(provider, model))?.rest.answered();
  }

  private tellRecovered(provider: string, model: string | null, key: string | null): void {
    this.tell({ kind: "recovered", provider, model, key, from: "down" });
  }

  private observe(target: HealthTarget, concern: Concern, outcome: AttemptOutcome, nowMs: number): void {
    const { provider, model } = target;
    const { record } = this.states.models.use(modelName(provider, model));
    const answer = outcome.kind === "answered" ? outcome : null;
    const change = record.observe(
      {
        failed: isBad(concern),
        refused: answer?.refused === true,
        firstTokenMs: answer?.firstTokenMs ?? null,
        tokensPerSecond: answer ? writingSpeed(answer) : null,
      },
      nowMs,
    );
    if (change === "degraded") this.tell({ kind: "degraded", provider, model, why: record.degraded ?? "" });
    if (change === "recovered") this.tell({ kind: "recovered", provider, model, key: null, from: "degraded" });
  }
}
