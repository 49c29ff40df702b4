import { useEffect, useRef, useState } from "react";
import type { DeliveryView } from "../../../src-gateway/admin-api/contract/hook-endpoints.ts";
import { useGateway } from "../../api/gateway-context.tsx";
import { problemOf, type Query, useQuery } from "../../api/use-query.ts";

export type DeliveryState = DeliveryView["state"];
const REFRESH_MS = 5_000;
const PAGE = 50;

export interface Deliveries {
  query: Query<DeliveryView[]>;
  /** Null when there are no older ones. */
  readOn: (() => void) | null;
  problem: string | null;
}

/** What hooks were told, newest first; older ones are read on demand. */
export function useDeliveries(hook: string | null, state: DeliveryState | null): Deliveries {
  const { connection } = useGateway();
  const key = `deliveries ${hook} ${state}`;
  const filter = { limit: PAGE, ...(hook === null ? {} : { hook }), ...(state === null ? {} : { state }) };
  const first = useQuery(key, (client) => client.call("listHookDeliveries", { query: filter }), {
    everyMs: REFRESH_MS,
  });
  const [older, setOlder] = useState<{ key: string; items: DeliveryView[]; next: string | null } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const wanted = useRef(key);
  useEffect(() => {
    wanted.current = key;
  });
  const own = older?.key === key ? older : null;
  const next = own === null ? (first.value?.nextCursor ?? null) : own.next;
  const readOn = (): void => {
    if (next === null) return;
    connection.call("listHookDeliveries", { query: { ...filter, cursor: next } }).then(
      ({ items, nextCursor }) => {
        if (wanted.current !== key) return;
        setProblem(null);
        setOlder({ key, items: [...(own?.items ?? []), ...items], next: nextCursor });
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  const newest = first.value?.items ?? null;
  const known = new Set(newest?.map(({ id }) => id));
  const value = newest === null ? null : [...newest, ...(own?.items ?? []).filter(({ id }) => !known.has(id))];
  return { query: { ...first, value }, readOn: next === null ? null : readOn, problem };
}
