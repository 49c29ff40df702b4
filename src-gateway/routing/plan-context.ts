/** What the rules of one plan share: the request, what was left out, and who can be asked now. */
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

export interface PlanContext {
  input: PlanInput;
  facts: RequestFacts;
  leftOut: () => LeftOut[];
  /** Providers that exist and cannot be spoken to. */
  unspoken: Set<string>;
  draw: () => number;
  leaveOut: (target: Pick<LeftOut, "provider" | "model">, why: string) => void;
  /** Null, with the reason noted, when there is no such provider or it does not speak what is needed. */
  resolve: (provider: string, model: string) => Askable | null;
  /** Null when the target may be asked now. */
  unavailable: (target: Askable) => Unavailable | null;
}

export function createPlanContext(input: PlanInput): PlanContext {
  const leftOut = new Map<string, LeftOut>();
  const unspoken = new Set<string>();
  const leaveOut: PlanContext["leaveOut"] = ({ provider, model }, why) => {
    leftOut.set(`${provider}\n${model}\n${why}`, { provider, model, why });
  };
  return {
    input,
    facts: input.request ?? withoutFacts(input),
    // No accessor: it would give each object a shape of its own, and shapes live until a full collection.
    leftOut: () => [...leftOut.values()],
    unspoken,
    draw: drawsFrom(input.random),
    leaveOut,
    resolve(provider, model) {
      if (provider === LOOPBACK) return { instance: null, provider, model, wire: input.wire };
      const instance = input.instances.get(provider);
      const wire = instance ? chooseWire(instance.protocols, input) : null;
      if (instance && wire !== null) return { instance, provider, model, wire };
      if (instance) unspoken.add(provider);
      leaveOut({ provider, model }, instance ? `it cannot be spoken to in ${input.wire}` : "it is not configured");
      return null;
    },
    unavailable: (target) => unavailable(target, input),
  };
}

function unavailable({ instance, provider, model }: Askable, input: PlanInput): Unavailable | null {
  const { health, nowMonotonicMs = 0 } = input;
  if (!health || instance === null) return null;
  const keys = instance.keys.map(({ id }) => ({ provider, key: id, model }));
  const waits = keys.map((key) => ({ key, untilMs: health.availableAtMs(key) }));
  const first = waits.reduce((a, b) => (b.untilMs < a.untilMs ? b : a), waits[0] ?? { key: null, untilMs: 0 });
  if (first.untilMs <= nowMonotonicMs || first.key === null) return null;
  return { untilMs: first.untilMs, why: health.reason(first.key) ?? "it cannot be asked now" };
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
