/** Where an exchange can go: each target of its plan with each key of its provider, and what has become of it so far. */
import type { Home } from "../affinity/types.ts";
import type { HealthTarget } from "../health/types.ts";
import type { ProviderKey } from "../providers/types.ts";
import type { PlanTarget } from "../routing/types.ts";

export interface Place {
  target: PlanTarget;
  key: ProviderKey;
  health: HealthTarget;
  tries: number;
  /** Failures of its target, by whatever key, that another key would not have spared. */
  faults: number;
  /** Not before this (monotonic ms): the provider's own word, or the pause between two tries. */
  notBeforeMs: number;
  /** Nothing more is to be expected here for this request. */
  isSpent: boolean;
}

const NO_KEYS: readonly ProviderKey[] = [{ id: "default", credential: null, weight: 1 }];

/**
 * The targets in the order of the plan, the keys of each in an order drawn by weight. The place that holds the
 * conversation's cache comes first, wherever the plan has it.
 */
export function placesOf(targets: readonly PlanTarget[], home: Home | null, random: () => number): Place[] {
  const places: Place[] = [];
  for (const target of targets) {
    for (const key of drawOrder(target.instance?.keys ?? NO_KEYS, random)) places.push(newPlace(target, key));
  }
  if (home === null || places.length < 2) return places;
  const at = places.findIndex(
    ({ health }) => health.provider === home.provider && health.key === home.key && health.model === home.model,
  );
  const [cached] = at > 0 ? places.splice(at, 1) : [];
  return cached ? [cached, ...places] : places;
}

const newPlace = (target: PlanTarget, key: ProviderKey): Place => ({
  target,
  key,
  health: { provider: target.provider, key: key.id, model: target.model },
  tries: 0,
  faults: 0,
  notBeforeMs: 0,
  isSpent: false,
});

function drawOrder(keys: readonly ProviderKey[], random: () => number): readonly ProviderKey[] {
  if (keys.length < 2) return keys;
  const left = [...keys];
  const order: ProviderKey[] = [];
  while (left.length > 1) {
    const total = left.reduce((sum, key) => sum + key.weight, 0);
    let rest = random() * total;
    const at = Math.max(
      0,
      left.findIndex((key) => (rest -= key.weight) < 0),
    );
    order.push(...left.splice(at, 1));
  }
  return [...order, ...left];
}
