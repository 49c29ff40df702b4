import type { HealthView } from "../health/types.ts";
import type { ProviderWire, Surface, WireProtocol } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";
import type { RoutePolicy, Script } from "../settings/route-types.ts";
import type { GatewayConfig, WorkMode } from "../settings/types.ts";
import type { ListedModel } from "./newest.ts";

export type { RoutePolicy } from "../settings/route-types.ts";

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
  /** The arm of an A/B test that the target belongs to. */
  variant?: string;
  /** Why this target stands here, in words. */
  reason: string;
}

export interface LeftOut {
  provider: string;
  model: string;
  why: string;
}

export interface Plan {
  /** The model after aliases. */
  model: string;
  targets: PlanTarget[];
  /** Which rule decided, in words. */
  matched: string;
  /** Targets that were looked at and are not asked, with the reason. */
  leftOut: LeftOut[];
  /** The arm of an A/B test that the request was given, whether or not it is the one that answers. */
  variant: string | null;
  /** What the route says about trying again. */
  policy?: RoutePolicy;
}

/** What the text of a request is like. */
export interface ContentFacts {
  /** Of all texts, the system prompt and the results of tools included. */
  characters: number;
  hasTools: boolean;
  hasImages: boolean;
  /** The share of the user's own text that looks like code, from 0 to 1. */
  code: number;
  /** Null where there are too few letters to tell. */
  language: Script | null;
  /** Empty when there is none. */
  lastUserText: string;
}

/** What rules may ask about a request. `content` and `field` are called only where a rule needs them. */
export interface RequestFacts {
  surface: Surface;
  wire: WireProtocol;
  /** `claude-code/2.1.329`. */
  agent: string | null;
  key: { id: number; name: string; user: string; team: string | null } | null;
  project: string | null;
  session: string | null;
  /** By names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Milliseconds since 1970. */
  nowMs: number;
  /** An IANA name; the zone of the machine when left out. */
  timeZone?: string | null;
  /** Size of the body. */
  bytes: number;
  content(): ContentFacts;
  /** The value at a path of the body (`metadata.team`); undefined where there is none. */
  field(path: string): unknown;
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
  /** Another number whenever what they list has changed; where it is left out, no plan is remembered. */
  listsVersion?: number;
  /** In [0, 1); decides where chance does. */
  random: number;
  /** Rules that ask for what is not given here do not hold. */
  request?: RequestFacts;
  /** Without it every target is taken for healthy. */
  health?: Pick<HealthView, "availableAtMs" | "reason" | "firstTokenP50Ms">;
  nowMonotonicMs?: number;
  /** Whether the caller may pick this provider; everybody may when left out. */
  mayChoose?(provider: string): boolean;
}
