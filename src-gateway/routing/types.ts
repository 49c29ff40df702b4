import type { WireProtocol } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";
import type { GatewayConfig } from "../settings/types.ts";

/** The id of the built-in provider that answers without any network. */
export const LOOPBACK = "loopback";

export interface PlanTarget {
  /** Null for the built-in loopback. */
  instance: ProviderInstance | null;
  provider: string;
  model: string;
  /** Why this target stands here, in words. */
  reason: string;
}

export interface Plan {
  /** The model after aliases. */
  model: string;
  targets: PlanTarget[];
}

export interface PlanInput {
  model: string;
  wire: WireProtocol;
  config: Pick<GatewayConfig, "routes" | "aliases">;
  instances: ReadonlyMap<string, ProviderInstance>;
  /** Ids of the providers that list this model. */
  providersOf(model: string): string[];
  /** In [0, 1); decides between weighted targets. */
  random: number;
}
