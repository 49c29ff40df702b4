import { useEffect, useMemo, useRef, useState } from "react";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { useConnectionState, useGateway } from "../../api/gateway-context.tsx";
import { problemOf, useQuery } from "../../api/use-query.ts";
import { type Exchange, mergeRows, passesFilter, type RequestFilter } from "./request-rows.ts";

const PAGE = 200;
/** Beyond this the oldest are let go when new ones arrive; scrolling brings them back. */
const MAX_ROWS = 5_000;

export interface RequestRows {
  /** Null until the first answer for this filter. */
  rows: Exchange[] | null;
  hasOlder: boolean;
  isLoading: boolean;
  problem: string | null;
  loadOlder: () => void;
  reload: () => void;
  /** Takes rows of the live stream. */
  add: (rows: Exchange[]) => void;
}

/** What came besides the newest page: older pages, and rows of the live stream. */
interface More {
  key: string;
  rows: Exchange[];
  /** Null while no older page was read. */
  hasOlder: boolean | null;
  problem: string | null;
}

const nothingFor = (key: string): More => ({ key, rows: [], hasOlder: null, problem: null });

/** The recorded requests that pass a filter, page by page back in time. */
export function useRequestRows(filter: RequestFilter): RequestRows {
  const { connection } = useGateway();
  const { epoch, isDown } = useConnectionState();
  const newest = useQuery(`requests ${JSON.stringify(filter)}`, (client) => readPage(client, filter));
  // The newest page is read anew when the gateway comes back; older ones might then no longer join on to it.
  const key = `${epoch} ${JSON.stringify(filter)}`;
  const [stored, setMore] = useState(() => nothingFor(key));
  const [isLoadingOlder, setLoadingOlder] = useState(false);
  const isBusy = useRef(false);
  const more = stored.key === key ? stored : nothingFor(key);
  const latestKey = useRef(key);
  useEffect(() => {
    latestKey.current = key;
  }, [key]);
  const change = (next: (old: More) => More): void => {
    // An answer for a filter that was left meanwhile.
    if (latestKey.current !== key) return;
    setMore((old) => next(old.key === key ? old : nothingFor(key)));
  };

  const rows = useMemo(
    () => (newest.value === null ? null : mergeRows(more.rows, newest.value)),
    [newest.value, more.rows],
  );
  const hasOlder = more.hasOlder ?? newest.value?.length === PAGE;
  const loadOlder = (): void => {
    const oldest = rows?.at(-1);
    // After a failure the person decides when to try again; and a gateway that is away is not asked over and over.
    if (!oldest || !hasOlder || more.problem !== null || isDown || isBusy.current) return;
    isBusy.current = true;
    setLoadingOlder(true);
    readPage(connection, filter, oldest.id)
      .then((page) => change((old) => ({ ...old, rows: mergeRows(old.rows, page), hasOlder: page.length === PAGE })))
      .catch((error: unknown) => change((old) => ({ ...old, problem: problemOf(error) })))
      .finally(() => {
        isBusy.current = false;
        setLoadingOlder(false);
      });
  };
  return {
    rows,
    hasOlder,
    problem: newest.problem ?? more.problem,
    isLoading: isLoadingOlder || (rows === null && newest.problem === null),
    loadOlder,
    reload() {
      setMore(nothingFor(key));
      newest.reload();
    },
    add(ended) {
      const wanted = ended.filter((row) => passesFilter(row, filter));
      if (wanted.length > 0) change((old) => withLive(old, wanted));
    },
  };
}

function readPage(
  client: AdminClient,
  { failedOnly, provider, model, said }: RequestFilter,
  beforeId?: number,
): Promise<Exchange[]> {
  const query = {
    limit: PAGE,
    failedOnly: failedOnly || undefined,
    provider: provider ?? undefined,
    model: model ?? undefined,
    q: said ?? undefined,
    beforeId,
  };
  return client.call("listExchanges", { query });
}

function withLive(old: More, ended: Exchange[]): More {
  const rows = mergeRows(old.rows, ended);
  return rows.length > MAX_ROWS ? { ...old, rows: rows.slice(0, MAX_ROWS), hasOlder: true } : { ...old, rows };
}
