/** What is said about targets in logs and explanations. */
import type { Circuit } from "./circuit.ts";
import type { RestOrder } from "./concern.ts";
import type { AttemptOutcome, HealthTarget, Obstacle } from "./types.ts";

const clip = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
const keyOf = ({ provider, key }: HealthTarget): string =>
  key === "default" ? `the key of "${provider}"` : `key "${key}" of "${provider}"`;

export const modelOf = (provider: string, model: string): string => `"${clip(model)}" at "${provider}"`;

/** An obstacle, and for how long it is one. */
export function inWords(obstacle: Obstacle | null, nowMs: number): string | null {
  if (obstacle === null || obstacle.cause === "probing") return obstacle?.why ?? null;
  return `${obstacle.why}; for another ${inTime(obstacle.untilMs - nowMs)}`;
}

function inTime(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.ceil(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.ceil(ms / 60_000)} min` : `${Math.ceil(ms / 3_600_000)} h`;
}

export function describeRest(target: HealthTarget, { scope, cause }: RestOrder): string {
  if (cause === "quota") return `the quota of ${keyOf(target)} is used up`;
  const model = `"${clip(target.model)}"`;
  if (cause === "auth") return `"${target.provider}" refused ${keyOf(target)}${scope === "key" ? "" : ` for ${model}`}`;
  return scope === "model"
    ? `"${target.provider}" asked for a pause of ${model}`
    : `"${target.provider}" throttles ${model} for ${keyOf(target)}`;
}

export function describeCircuit(circuit: Circuit, name: string, nowMs: number): string {
  return circuit.isProbing(nowMs)
    ? `another request is finding out whether ${name} works again`
    : `${name} is left alone because ${circuit.why}`;
}

/** The end of an attempt in a few words. */
export function describeOutcome(outcome: AttemptOutcome): string {
  if (outcome.kind === "answered" || outcome.kind === "unrelated") return outcome.kind;
  const code = outcome.errorCode.replaceAll("_", " ");
  if (outcome.kind === "broken") return `${code} in the middle of an answer`;
  return outcome.status === null ? code : `${code}, status ${outcome.status}`;
}
