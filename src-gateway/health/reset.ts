import { allCircuits } from "./report.ts";
import { type States, splitTarget, splitTwo } from "./states.ts";
import type { HealthEvent, HealthTarget } from "./types.ts";

/**
 * Forgets all that keeps matching targets from being asked. What concerns more than these, such as the circuit of their
 * whole provider, goes as well: it would keep them from being asked.
 */
export function resetStates(states: States, filter: Partial<HealthTarget>, tell: (event: HealthEvent) => void): void {
  const wants = (part: Partial<HealthTarget>): boolean =>
    (["provider", "key", "model"] as const).every(
      (name) => filter[name] === undefined || part[name] === undefined || part[name] === filter[name],
    );
  const recovered = (provider: string, model: string | null, key: string | null): void =>
    tell({ kind: "recovered", provider, model, key, from: "down" });

  for (const { provider, model, circuit } of allCircuits(states)) {
    if (wants({ provider, ...(model === null ? {} : { model }) }) && circuit.reset()) recovered(provider, model, null);
  }
  for (const [name, { rest }] of states.models.entries()) {
    const [provider, model] = splitTwo(name);
    if (wants({ provider, model })) rest.reset();
  }
  for (const [name, rest] of states.keys.entries()) {
    const [provider, key] = splitTwo(name);
    if (wants({ provider, key }) && rest.reset()) recovered(provider, null, key);
  }
  for (const [name, { rest }] of states.targets.entries()) {
    const target = splitTarget(name);
    if (wants(target) && rest.reset()) recovered(target.provider, target.model, target.key);
  }
}
