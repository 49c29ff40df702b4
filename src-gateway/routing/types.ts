import type { ProviderWire, Surface, WireProtocol } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";
import type { GatewayConfig, WorkMode } from "../settings/types.ts";
import type { ListedModel } from "./newest.ts";

/** The id of the built-in provider that answers without any network. */
export const LOOPBACK = "loopback";

export interface PlanTarget {
  /** Null for the built-in loopback. */
  instance: ProviderInstance | null;
  provider: string;
  model: string;
  /** What the target is spoken to in: the caller's wire where it can. */
  wire: ProviderWire;
  /** The route wants no part of a request dropped on the way. */
  strict?: boolean;
  /** Why this target stands here, in words. */
  reason: string;
}

/** A target of which it is not settled yet how it is spoken to. */
export type Candidate = Omit<PlanTarget, "wire">;

export interface RoutePolicy {
  attempts?: number;
  totalMs?: number;
  /** A request that may have been accepted is sent again, at the risk of paying twice. */
  resend?: boolean;
  join?: boolean;
}

export interface Plan {
  /** The model after aliases. */
  model: string;
  targets: PlanTarget[];
  /** What the route says about trying again. */
  policy?: RoutePolicy;
}

export interface PlanInput {
  model: string;
  wire: WireProtocol;
  surface: Surface;
  workMode: WorkMode;
  config: Pick<GatewayConfig, "routes" | "aliases">;
  instances: ReadonlyMap<string, ProviderInstance>;
  /** Every model that the providers are known to list. */
  listed(): readonly ListedModel[];
  /** Ids of the providers that list this model. */
  providersOf(model: string): string[];
  /** In [0, 1); decides between weighted targets. */
  random: number;
}
