import { isAlive } from "./instances.ts";
import type { Store } from "./open-store.ts";

export interface InstanceRow {
  id: number;
  host: string;
  pid: number;
  startedAtUs: number;
  lastSeenUs: number;
  /** False for one that fell silent and was not yet closed by another. */
  isAlive: boolean;
}

/** The gateway processes that work on this database, the oldest first. */
export async function listInstances({ db }: Store, nowUs: number): Promise<InstanceRow[]> {
  const rows = await db
    .selectFrom("instances")
    .selectAll()
    .where("stopped_at", "is", null)
    .orderBy("started_at")
    .limit(500)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    // The machine; what tells containers on it apart says nothing to people.
    host: row.host.split(" ")[0] ?? row.host,
    pid: row.pid,
    startedAtUs: row.started_at,
    lastSeenUs: row.heartbeat_at,
    isAlive: isAlive(row, nowUs),
  }));
}
