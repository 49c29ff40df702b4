/** What is known, for people to look at. */
import type { Circuit } from "./circuit.ts";
import { findObstacle } from "./obstacle.ts";
import { modelName, type States, splitTarget, splitTwo } from "./states.ts";
import type { CircuitState, CircuitStatus, HealthStatus } from "./types.ts";
import { inWords } from "./words.ts";

export function reportTargets(states: States, nowMs: number): HealthStatus[] {
  return [...states.targets.entries()].map(([name, { attempts, failures }]) => {
    const target = splitTarget(name);
    const obstacle = findObstacle(states, target, nowMs);
    const known = states.models.find(modelName(target.provider, target.model));
    return {
      ...target,
      circuit: worse(states.providers.find(target.provider), known?.circuit, nowMs),
      availableAtMs: obstacle?.untilMs ?? 0,
      why: inWords(obstacle, nowMs),
      attempts,
      failures,
      firstTokenP50Ms: known?.record.firstTokenP50Ms(nowMs) ?? null,
      tokensPerSecondP50: known?.record.tokensPerSecondP50(nowMs) ?? null,
      degraded: known?.record.degraded ?? null,
    };
  });
}

function worse(one: Circuit | undefined, other: Circuit | undefined, nowMs: number): CircuitState {
  const states = [one, other].map((circuit) => circuit?.state(nowMs) ?? "closed");
  return (["open", "half-open"] as const).find((state) => states.includes(state)) ?? "closed";
}

export function reportCircuits(states: States, nowMs: number): CircuitStatus[] {
  return [...allCircuits(states)].flatMap(({ provider, model, circuit }) => {
    const state = circuit.state(nowMs);
    if (state === "closed") return [];
    return [{ provider, model, circuit: state, availableAtMs: circuit.availableAtMs(nowMs), why: circuit.why }];
  });
}

interface NamedCircuit {
  provider: string;
  /** Null for the circuit of the whole provider. */
  model: string | null;
  circuit: Circuit;
}

export function* allCircuits({ providers, models }: States): Generator<NamedCircuit> {
  for (const [provider, circuit] of providers.entries()) yield { provider, model: null, circuit };
  for (const [name, { circuit }] of models.entries()) {
    const [provider, model] = splitTwo(name);
    yield { provider, model, circuit };
  }
}
