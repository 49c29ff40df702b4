/** What hooks have been told, and still have to be told. */
import type { Generated } from "kysely";

/** One event for one hook. */
export interface HookDeliveriesTable {
  id: Generated<number>;
  event_id: string;
  event_type: string;
  hook: string;
  /** JSON of the event. */
  body: string;
  /** Deliveries of one hook with the same one are made one after the other. */
  order_key: string | null;
  /** `waiting`, `delivered` or `dead`. */
  state: string;
  attempts: number;
  created_at: number;
  /** From when on its tries count: when it was made, or made to be tried anew. */
  tries_since: number;
  next_at: number;
  /** The run of a gateway that tries it now, and until when nobody else may. */
  claimed_by: number | null;
  claimed_until: number;
  last_at: number | null;
  ended_at: number | null;
  /** HTTP status or exit code. */
  last_code: number | null;
  last_ms: number | null;
  last_problem: string | null;
  /** The beginning of what the receiver said. */
  last_output: string | null;
}

/** Hooks that nothing is sent to any more, because their receiver said so. */
interface HookStopsTable {
  hook: string;
  /** Which receiver it was; with another one the hook works again. */
  target: string;
  stopped_at: number;
  why: string;
}

export interface HookTables {
  hook_deliveries: HookDeliveriesTable;
  hook_stops: HookStopsTable;
}
