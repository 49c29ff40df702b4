import type { Circuit } from "./circuit.ts";
import type { Rest } from "./rest.ts";
import { keyName, modelName, type States, targetName } from "./states.ts";
import type { HealthTarget, Obstacle } from "./types.ts";
import { describeCircuit, modelOf } from "./words.ts";

/** What keeps a target from being asked, and for how long: of all deadlines that concern it the latest. */
export function findObstacle(states: States, target: HealthTarget, nowMs: number): Obstacle | null {
  const { provider, model } = target;
  const known = states.models.find(modelName(provider, model));
  const found = [
    ofCircuit(states.providers.find(provider), nowMs, () => `"${provider}"`),
    ofCircuit(known?.circuit, nowMs, () => modelOf(provider, model)),
    ofRest(known?.rest, nowMs),
    ofRest(states.keys.find(keyName(target)), nowMs),
    ofRest(states.targets.find(targetName(target))?.rest, nowMs),
  ];
  return found.reduce((latest, each) => (each && each.untilMs > (latest?.untilMs ?? 0) ? each : latest), null);
}

function ofCircuit(circuit: Circuit | undefined, nowMs: number, name: () => string): Obstacle | null {
  const untilMs = circuit?.availableAtMs(nowMs) ?? 0;
  if (circuit === undefined || untilMs <= nowMs) return null;
  const cause = circuit.isProbing(nowMs) ? "probing" : "circuit";
  return { untilMs, cause, why: describeCircuit(circuit, name(), nowMs) };
}

function ofRest(rest: Rest | undefined, nowMs: number): Obstacle | null {
  if (rest === undefined || rest.untilMs <= nowMs) return null;
  return { untilMs: rest.untilMs, cause: rest.cause, why: rest.why };
}
