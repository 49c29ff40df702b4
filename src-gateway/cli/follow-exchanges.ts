/** Follows the gateway's live stream across its restarts, with what ended in between. */
import type { IncomingMessage } from "node:http";
import { API_PREFIX } from "../admin-api/contract/api-prefix.ts";
import { LIVE_EXCHANGES } from "../admin-api/contract/endpoints.ts";
import { createLiveReader } from "../admin-api/contract/live-exchanges.ts";
import type { ExchangeView } from "../admin-api/contract/schemas.ts";
import { CliError, EXIT, exitCodeOf } from "./cli-error.ts";
import type { Connection } from "./connect.ts";

export interface FollowOptions {
  readLast(): Promise<ExchangeView[]>;
  isWanted(row: ExchangeView): boolean;
  /** First with the last rows, even when there are none, then with each that ends. */
  onRows(rows: ExchangeView[]): Promise<void>;
  onLost(): void;
  onBack(): void;
  signal: AbortSignal;
}

const RETRY_MS = 500;
/** The longest exchange whose end may be missed while the gateway is away. */
const LOOK_BACK_US = 3_600_000_000;
const REMEMBERED = 5_000;

/** Ends when `signal` says so. @throws CliError when the gateway refuses. */
export async function followExchanges(connection: Connection, options: FollowOptions): Promise<void> {
  const { signal } = options;
  const seen = createMemory();
  let response: IncomingMessage | null = await openLive(connection);
  // The stream is open before the last rows are read, so that none can fall between the two.
  let lastEndUs = (await connection.client.call("getStatus")).nowUs;
  const first = await options.readLast();
  for (const row of first) if (row.outcome !== "open") seen.isNew(row);
  await options.onRows(first);

  const show = async (rows: ExchangeView[]): Promise<void> => {
    for (const row of rows) lastEndUs = Math.max(lastEndUs, endOf(row));
    const fresh = rows.filter((row) => seen.isNew(row) && options.isWanted(row));
    if (fresh.length > 0) await options.onRows(fresh);
  };
  for (;;) {
    if (response) await readLive(response, signal, show);
    if (signal.aborted) return;
    options.onLost();
    response = await reopen(connection, signal);
    if (!response) return;
    options.onBack();
    await show(await endedSince(connection, lastEndUs));
  }
}

async function openLive(connection: Connection): Promise<IncomingMessage> {
  const response = await connection.open(API_PREFIX + LIVE_EXCHANGES.path);
  if (response.statusCode === 200) return response;
  const status = response.statusCode ?? 0;
  response.destroy();
  throw new CliError(exitCodeOf(status), `the gateway does not let the log be followed (${status}).`);
}

async function readLive(
  response: IncomingMessage,
  signal: AbortSignal,
  show: (rows: ExchangeView[]) => Promise<void>,
): Promise<void> {
  const stop = (): void => void response.destroy();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const reader = createLiveReader();
  response.setEncoding("utf8");
  try {
    for await (const text of response) await show(reader.push(text as string));
  } catch (error) {
    // A stream that breaks is the same as one that ends.
    if (!isBroken(error)) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const isBroken = (error: unknown): boolean =>
  error instanceof CliError
    ? error.exitCode === EXIT.unreachable
    : typeof (error as NodeJS.ErrnoException).code === "string";

/** Null when the wait was ended. */
async function reopen(connection: Connection, signal: AbortSignal): Promise<IncomingMessage | null> {
  while (!signal.aborted) {
    try {
      return await openLive(connection);
    } catch (error) {
      if (!isBroken(error)) throw error;
    }
    await pause(signal);
  }
  return null;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, RETRY_MS);
    signal.addEventListener("abort", end, { once: true });
  });
}

async function endedSince({ client }: Connection, us: number): Promise<ExchangeView[]> {
  const rows = await client.call("listExchanges", { query: { afterId: Math.max(0, us - LOOK_BACK_US), limit: 1000 } });
  return (rows as ExchangeView[]).filter((row) => row.outcome !== "open" && endOf(row) >= us);
}

const endOf = (row: ExchangeView): number => row.id + (row.totalUs ?? 0);

function createMemory(): { isNew(row: ExchangeView): boolean } {
  const ids = new Set<number>();
  return {
    isNew({ id }) {
      if (ids.has(id)) return false;
      ids.add(id);
      if (ids.size > REMEMBERED) ids.delete(ids.values().next().value ?? id);
      return true;
    },
  };
}
