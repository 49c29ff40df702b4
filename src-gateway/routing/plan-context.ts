/** What the rules of one plan share: the request, what was left out, and who can be asked now. */
import type { HealthTarget } from "../health/types.ts";
import type { RouteTarget } from "../settings/route-types.ts";
import { drawsFrom } from "./chance.ts";
import { chooseWire } from "./choose-wire.ts";
import { NO_CONTENT } from "./content-facts.ts";
import type { Askable } from "./strategies/strategy.ts";
import { type LeftOut, LOOPBACK, type PlanInput, type RequestFacts } from "./types.ts";

export interface Unavailable {
  /** Monotonic ms. */
  untilMs: number;
  why: string;
}

export class PlanContext {
  readonly input: PlanInput;
  /** Providers that exist and cannot be spoken to. */
  readonly unspoken = new Set<string>();
  /** Providers that only a caller who may choose them is sent to. */
  readonly chosen: string[] = [];
  /** Something but the model's name and the configuration was asked: another request may have another plan. */
  dependsOnRequest = false;
  private readonly left = new Map<string, LeftOut>();
  private readonly nextDraw: () => number;

  constructor(input: PlanInput) {
    this.input = input;
    this.nextDraw = drawsFrom(input.random);
  }

  get facts(): RequestFacts {
    this.dependsOnRequest = true;
    return this.input.request ?? withoutFacts(this.input);
  }

  readonly draw = (): number => {
    this.dependsOnRequest = true;
    return this.nextDraw();
  };

  leftOut(): LeftOut[] {
    return [...this.left.values()];
  }

  readonly leaveOut = ({ provider, model }: Pick<LeftOut, "provider" | "model">, why: string): void => {
    this.left.set(`${provider}\n${model}\n${why}`, { provider, model, why });
  };

  /** Null, with the reason noted, when there is no such provider or it does not speak what is needed. */
  readonly resolve = (provider: string, model: string): Askable | null => {
    const { input } = this;
    if (provider === LOOPBACK) return { instance: null, provider, model, wire: input.wire };
    const instance = input.instances.get(provider);
    const wire = instance ? chooseWire(instance.protocols, input) : null;
    if (instance && wire !== null) return { instance, provider, model, wire };
    if (instance) this.unspoken.add(provider);
    this.leaveOut({ provider, model }, instance ? `it cannot be spoken to in ${input.wire}` : "it is not configured");
    return null;
  };

  /** Whether the target may be asked now. */
  isAvailable(target: Askable): boolean {
    this.dependsOnRequest = true;
    return unavailable(target, this.input) === null;
  }
}

/** Null when the target may be asked now. */
export function unavailable({ instance, provider, model }: Askable, input: PlanInput): Unavailable | null {
  const { health, nowMonotonicMs = 0 } = input;
  if (!health || instance === null) return null;
  let first: { key: HealthTarget; untilMs: number } | null = null;
  for (const { id } of instance.keys) {
    const key = { provider, key: id, model };
    const untilMs = health.availableAtMs(key);
    if (untilMs <= nowMonotonicMs) return null;
    if (first === null || untilMs < first.untilMs) first = { key, untilMs };
  }
  return first && { untilMs: first.untilMs, why: health.reason(first.key) ?? "it cannot be asked now" };
}

function withoutFacts({ surface, wire }: PlanInput): RequestFacts {
  return {
    surface,
    wire,
    agent: null,
    key: null,
    project: null,
    session: null,
    headers: {},
    nowMs: Number.NaN,
    bytes: 0,
    content: () => NO_CONTENT,
    field: () => undefined,
  };
}

/** How a target of a route is named where nothing more is known of it. */
export const namesOf = (target: RouteTarget, model: string): Pick<LeftOut, "provider" | "model"> => ({
  provider: target.provider,
  model: target.model ?? model,
});
