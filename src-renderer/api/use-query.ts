import { useCallback, useEffect, useRef, useState } from "react";
import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import { GatewayUnreachable } from "./gateway-connection.ts";
import { useConnectionState, useGateway } from "./gateway-context.tsx";

export interface Query<Value> {
  /** The last answer; it stays while it is read anew, and when that fails. */
  value: Value | null;
  /** A sentence for the person; null when the gateway is merely away, because the banner says that. */
  problem: string | null;
  reload: () => void;
}

interface Shown<Value> {
  key: string;
  value: Value | null;
  problem: string | null;
}

/** What to say of a failed call: nothing when the gateway is away, since the banner says it and its return reads anew. */
export function problemOf(error: unknown): string | null {
  if (error instanceof GatewayUnreachable) return null;
  return error instanceof Error ? error.message : String(error);
}

/**
 * Reads something from the gateway, again when the key changes, when the gateway comes back, on `reload`, and every
 * `everyMs` while the page is visible.
 */
export function useQuery<Value>(
  key: string,
  load: (client: AdminClient) => Promise<Value>,
  { everyMs }: { everyMs?: number } = {},
): Query<Value> {
  const { connection, cache } = useGateway();
  const { epoch } = useConnectionState();
  const [turn, setTurn] = useState(0);
  const [shown, setShown] = useState<Shown<Value>>({ key: "", value: null, problem: null });
  const latestLoad = useRef(load);
  const wanted = useRef("");
  useEffect(() => {
    latestLoad.current = load;
  });

  useEffect(() => {
    const attempt = `${turn} ${epoch} ${key}`;
    wanted.current = attempt;
    latestLoad
      .current(connection)
      .then((value) => {
        // An answer that was overtaken by a later one of the same question says nothing any more.
        const isLatest = wanted.current === attempt;
        if (isLatest || !wanted.current.endsWith(` ${key}`)) cache.write(key, value);
      })
      .catch((error: unknown) => {
        if (wanted.current !== attempt) return;
        setShown((old) => ({ key, value: old.key === key ? old.value : null, problem: problemOf(error) }));
      });
  }, [connection, cache, key, epoch, turn]);

  useEffect(
    () => cache.subscribe(key, (value) => setShown({ key, value: value as Value, problem: null })),
    [cache, key],
  );
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);

  const own = shown.key === key ? shown : { value: null, problem: null };
  return { value: own.value ?? (cache.read(key) as Value | undefined) ?? null, problem: own.problem, reload };
}
