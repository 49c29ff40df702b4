import { API_PREFIX } from "../admin-api/contract/api-prefix.ts";
import type { ActView } from "../admin-api/contract/audit-endpoints.ts";
import { type AdminClient, itemsOf } from "../admin-api/contract/client.ts";
import type { Context } from "./context.ts";
import { saveDownload } from "./save-download.ts";

export interface ActFilter {
  actor?: string;
  action?: string;
  target?: string;
  since?: number;
  until?: number;
}

/** The newest first, so many at most. */
export async function readActs(client: AdminClient, filter: ActFilter, most: number): Promise<ActView[]> {
  const list: ActView[] = [];
  for await (const act of itemsOf(client, "listActs", { query: queryOf(filter) })) {
    if (list.push(act) >= most) break;
  }
  return list;
}

export async function exportActs(
  context: Context,
  { format, file, ...filter }: ActFilter & { format: string; file?: string },
): Promise<void> {
  const asked = Object.entries({ ...queryOf(filter), format }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(asked.map(([name, value]) => [name, String(value)]));
  await context.withGateway((connection) =>
    saveDownload(context, connection, `${API_PREFIX}/admin/audit/export?${query.toString()}`, file),
  );
}

function queryOf({ actor, action, target, since, until }: ActFilter) {
  const [, targetKind, targetId] = /^([^:]+)(?::(.+))?$/.exec(target ?? "") ?? [];
  return {
    actor,
    action,
    targetKind,
    targetId,
    fromUs: since === undefined ? undefined : Math.round(since),
    toUs: until === undefined ? undefined : Math.round(until),
  };
}
