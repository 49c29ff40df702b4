/**
 * Who is told what happens: scripts and webhooks. An event is emitted without waiting, written down once for each hook that
 * wants it, and delivered from there, at least once, whatever happens to the process meanwhile.
 */
import type { HookConfig } from "../settings/hook-types.ts";
import type { EventType, MetadataOf } from "./event-catalogue.ts";

export interface GatewayEvent {
  /** The same each time it is delivered, so that receivers can tell what they know already. */
  id: string;
  type: string;
  /** ISO 8601, UTC. */
  occurred_at: string;
  tenant_id: string;
  /** Whom it is about; null where that is nobody. */
  user_id: string | null;
  /** Who did it; null for the gateway itself. */
  actor_id: string | null;
  /** As the catalogue describes it for the type. */
  metadata: Record<string, unknown>;
}

export interface EventAbout {
  userId?: number | string | null;
  actorId?: number | string | null;
  tenantId?: string | null;
}

/** None of these waits or throws. */
export interface Events {
  emit(event: GatewayEvent): void;
  /** The same, with an id and the time of now. */
  tell<Type extends EventType>(type: Type, metadata: MetadataOf<Type>, about?: EventAbout): void;
  /** Called with each event from now on; the answer ends that. */
  watch(watcher: (event: GatewayEvent) => void): () => void;
}

export const DELIVERY_STATES = ["waiting", "delivered", "dead"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event for one hook. */
export interface Delivery {
  id: number;
  eventId: string;
  eventType: string;
  hook: string;
  /** JSON of the event. */
  body: string;
  state: DeliveryState;
  attempts: number;
  createdAtUs: number;
  /** Null once it is over. */
  nextAtUs: number | null;
  lastAtUs: number | null;
  /** HTTP status or exit code of the last try. */
  lastCode: number | null;
  lastMs: number | null;
  lastProblem: string | null;
  /** The beginning of what the receiver said, on the last try. */
  lastOutput: string | null;
}

/** How one try came out. */
export interface Outcome {
  isDelivered: boolean;
  code: number | null;
  ms: number;
  problem: string | null;
  output: string;
  /** What the receiver asked for. */
  retryAfterMs: number | null;
  /** The receiver wants nothing of this hook any more. */
  isGone: boolean;
}

/** One try. Never throws. */
export type Attempt = (
  hook: HookConfig,
  message: { id: string; type: string; body: string },
  signal: AbortSignal,
) => Promise<Outcome>;

export interface DeliveryFilter {
  hook?: string;
  state?: DeliveryState;
  /** A pattern of event types. */
  type?: string;
  /** Only those before this one. */
  beforeId?: number;
  limit: number;
}

export interface HookStatus {
  name: string;
  kind: "script" | "webhook";
  /** The script, or where the webhook goes without its path, which can be a secret. */
  target: string;
  events: string[];
  state: "on" | "off" | "stopped";
  /** Why it is not on. */
  why: string | null;
  waiting: number;
  dead: number;
  lastDeliveredAtUs: number | null;
  /** Of the last try that failed, when none has worked since. */
  lastProblem: string | null;
}

/** What the admin API is given of the hooks. */
export interface HookDesk {
  list(): Promise<HookStatus[]>;
  deliveries(filter: DeliveryFilter): Promise<Delivery[]>;
  /** @throws GatewayError not_found; conflict while it still waits. */
  replay(id: number): Promise<Delivery>;
  /** @returns how many dead letters are sent anew. @throws GatewayError not_found for a hook that is not there. */
  replayDead(hook?: string): Promise<number>;
  /** One event of its own, tried now and not kept. A hook that was stopped goes on when it works. @throws GatewayError not_found */
  test(hook: string): Promise<Outcome>;
  /**
   * Tells of every user once more: those who are active as provisioned, the others as updated.
   * @returns how many events were written. @throws GatewayError not_found, conflict when no hook wants them.
   */
  resync(hook?: string): Promise<number>;
}
