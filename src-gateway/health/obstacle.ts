import type { Circuit } from "./circuit.ts";
import type { Rest } from "./rest.ts";
import { keyName, modelName, type States, targetName } from "./states.ts";
import type { HealthTarget, Obstacle } from "./types.ts";
import { describeCircuit, modelOf } from "./words.ts";

/** What keeps a target from being asked, and for how long: of all deadlines that concern it the latest. */
export function findObstacle(states: States, target: HealthTarget, nowMs: number): Obstacle | null {
  const { provider, model } = target;
  const known = states.models.find(modelName(provider, model));
  let found = ofCircuit(states.providers.find(provider), nowMs, provider, null);
  found = later(found, ofCircuit(known?.circuit, nowMs, provider, model));
  found = later(found, ofRest(known?.rest, nowMs));
  found = later(found, ofRest(states.keys.find(keyName(target)), nowMs));
  return later(found, ofRest(states.targets.find(targetName(target))?.rest, nowMs));
}

/** The first of two that end at the same time. */
function later(one: Obstacle | null, other: Obstacle | null): Obstacle | null {
  return one === null || (other !== null && other.untilMs > one.untilMs) ? other : one;
}

/** @param model null where it is the circuit of the provider. */
function ofCircuit(
  circuit: Circuit | undefined,
  nowMs: number,
  provider: string,
  model: string | null,
): Obstacle | null {
  const untilMs = circuit?.availableAtMs(nowMs) ?? 0;
  if (circuit === undefined || untilMs <= nowMs) return null;
  const cause = circuit.isProbing(nowMs) ? "probing" : "circuit";
  return {
    untilMs,
    cause,
    why: describeCircuit(circuit, model === null ? `"${provider}"` : modelOf(provider, model), nowMs),
  };
}

function ofRest(rest: Rest | undefined, nowMs: number): Obstacle | null {
  if (rest === undefined || rest.untilMs <= nowMs) return null;
  return { untilMs: rest.untilMs, cause: rest.cause, why: rest.why };
}
