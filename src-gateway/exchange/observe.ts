import { asMillis } from "../lib/as-millis.ts";
import type { RecordKeeper } from "./record.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

/** Tells whoever watches that an exchange begins, and lets its answer say what the gateway had to do with it. */
export function observe(inbound: Inbound, { observer }: Pick<ExchangeWorld, "observer">, keeper: RecordKeeper): void {
  if (!observer) return;
  const { clientRequestId } = observer.begin(inbound);
  const { reply } = inbound;
  if (reply.lateHeaders === undefined) return;
  const { showsItself } = observer;
  if (!showsItself && clientRequestId === null) return;
  // Asked for when the status goes out: only then is it known who answers, and what the gateway took of the time.
  reply.lateHeaders = () => {
    const headers: Record<string, string> = {};
    if (clientRequestId !== null) headers["x-client-request-id"] = clientRequestId;
    if (showsItself) addOwnHeaders(headers, keeper);
    return headers;
  };
}

function addOwnHeaders(headers: Record<string, string>, keeper: RecordKeeper): void {
  const { provider } = keeper.record;
  headers["x-gateway-overhead-ms"] = asMillis(keeper.outside.ownUs(keeper.elapsedUs()));
  if (provider !== null) headers["x-gateway-provider"] = provider;
}

/** What goes to a provider besides the request: where it stands in the client's trace, where that is wanted. */
export function tracedHeaders(
  headers: Record<string, string>,
  { id }: Inbound,
  { observer }: Pick<ExchangeWorld, "observer">,
  keeper: RecordKeeper,
): Record<string, string> {
  const more = observer?.traceHeaders?.(id, keeper.record.attempts.length);
  return more ? { ...headers, ...more } : headers;
}
