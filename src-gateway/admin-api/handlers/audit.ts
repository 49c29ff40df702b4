import type { ActFilter } from "../../audit/types.ts";
import type { AUDIT_ENDPOINTS } from "../contract/audit-endpoints.ts";
import { positionIn, toPage } from "../paging.ts";
import type { Handlers } from "./types.ts";

export const auditHandlers: Pick<Handlers, keyof typeof AUDIT_ENDPOINTS> = {
  async listActs({ deps, query }) {
    const beforeId = positionIn("acts", query);
    const acts = await deps.acts.list(actFilterOf(query), {
      limit: query.limit + 1,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    return toPage("acts", query, acts, { positionOf: ({ id }) => id, toItem: (act) => act });
  },
  verifyActs: ({ deps }) => deps.acts.verify(),
};

interface AskedActs {
  actor?: string | undefined;
  action?: string | undefined;
  targetKind?: string | undefined;
  targetId?: string | undefined;
  fromUs?: number | undefined;
  toUs?: number | undefined;
}

export function actFilterOf({ actor, action, targetKind, targetId, fromUs, toUs }: AskedActs): ActFilter {
  const who =
    actor === undefined ? {} : /^\d{1,15}$/.test(actor) ? { actorUserId: Number(actor) } : { actorEmail: actor };
  return {
    ...who,
    ...(action === undefined ? {} : { action }),
    ...(targetKind === undefined ? {} : { targetKind }),
    ...(targetId === undefined ? {} : { targetId }),
    ...(fromUs === undefined ? {} : { fromUs }),
    ...(toUs === undefined ? {} : { toUs }),
  };
}
