import { randomUUID } from "node:crypto";
import type { EventType, MetadataOf } from "./event-catalogue.ts";
import type { EventAbout, GatewayEvent } from "./types.ts";

/** Where users belong to no organisation. */
const STANDARD_TENANT = "default";

export function createEvent<Type extends EventType>(
  type: Type,
  metadata: MetadataOf<Type>,
  { userId = null, actorId = null, tenantId = null }: EventAbout = {},
  atMs: number = Date.now(),
): GatewayEvent {
  return {
    id: `evt_${randomUUID()}`,
    type,
    occurred_at: new Date(atMs).toISOString(),
    tenant_id: tenantId ?? STANDARD_TENANT,
    user_id: userId === null ? null : String(userId),
    actor_id: actorId === null ? null : String(actorId),
    metadata: { ...metadata },
  };
}
