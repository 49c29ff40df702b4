import type { AdaptTarget } from "../protocols/adapt/target.ts";
import { profileOf } from "../providers/model-profiles.ts";
import type { ProviderTarget } from "./attempt.ts";
import type { ExchangeState } from "./state.ts";

/** What adapting and encoding have to know of a target; what the provider itself says of its model counts more than the table. */
export function encodeTargetOf({ world }: Pick<ExchangeState, "world">, target: ProviderTarget): AdaptTarget {
  const maxOutputTokens = world.maxOutputTokens(target.provider, target.model);
  const profile = profileOf(target.model);
  return {
    wire: target.wire,
    provider: target.provider,
    model: target.model,
    profile: maxOutputTokens === null ? profile : { ...profile, maxOutputTokens },
    compat: target.instance.compat,
  };
}
