import type { ServerResponse } from "node:http";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { type Caller, isAdmin } from "./caller.ts";
import type { AdminDeps } from "./deps.ts";
import { toView } from "./handlers/exchanges.ts";

const HEARTBEAT_MS = 15_000;
/** A reader that is this far behind is cut off; it catches up from the recorded exchanges. */
const MAX_BEHIND_BYTES = 1024 * 1024;

/**
 * Every exchange as it is closed, as server-sent events. The answer begins when nothing that ends from then on is missed.
 * @param recheck says whether the caller may still listen; asked with every heartbeat.
 */
export async function streamExchanges(
  deps: Pick<AdminDeps, "watch">,
  caller: Caller | null,
  response: ServerResponse,
  recheck: () => Promise<boolean>,
  heartbeatMs = HEARTBEAT_MS,
): Promise<void> {
  let early = "";
  const end = await deps.watch((record: ExchangeRecord | null) => {
    // An open log must not hold up a stop.
    if (record === null) return void response.end();
    if (caller && !isAdmin(caller) && record.userId !== caller.userId) return;
    const text = `event: exchange\ndata: ${JSON.stringify(toView(record, caller))}\n\n`;
    if (!response.headersSent) early += text;
    else if (!response.writableEnded) response.write(text);
    if (response.writableLength + early.length > MAX_BEHIND_BYTES) response.destroy();
  });
  if (response.destroyed || response.writableEnded) return end();
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  response.write(`: following\n\n${early}`);
  const beat = async (): Promise<void> => {
    if (await recheck()) response.write(": still here\n\n");
    else response.end();
  };
  const heartbeat = setInterval(() => {
    beat().catch(() => response.end());
  }, heartbeatMs);
  heartbeat.unref();
  response.on("close", () => {
    clearInterval(heartbeat);
    end();
  });
}
