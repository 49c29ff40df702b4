import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Schedule } from "../limits/types.ts";
import { createAsks } from "./asks.ts";
import type { CountStore } from "./counts.ts";
import { MemoryCounts } from "./memory-counts.ts";
import { createRedisAsks } from "./redis-asks.ts";
import { createRedisCounts } from "./redis-counts.ts";
import { openRedisLink } from "./redis-link.ts";
import { SharedCounts } from "./shared-counts.ts";
import type { Asks, CountsMode } from "./types.ts";

export interface OpenCountsOptions {
  /** Null counts in memory. */
  redisUrl: string | null;
  /** How long a request may wait while Redis says nothing at all. */
  redisWaitMs: number;
  gateway: string;
  clock: Clock;
  schedule: Schedule;
  log: Logger;
}

/** The start does not wait longer for a Redis that is not there. */
const MAX_START_MS = 2_000;

/** The counts, and the questions that go with them; both are given to `createBudgets`, which closes them. */
export async function openCounts(
  options: OpenCountsOptions,
): Promise<{ counts: CountStore & { readonly mode?: CountsMode }; asks: Asks }> {
  const { redisUrl, redisWaitMs, clock, schedule } = options;
  if (redisUrl === null) return { counts: new MemoryCounts(), asks: createAsks({ clock, schedule, board: null }) };
  const link = await openRedisLink({ url: redisUrl, clock, schedule, silenceMs: redisWaitMs });
  const remote = createRedisCounts(link, () => Math.floor(clock.nowUs() / 1000));
  const counts = new SharedCounts({ ...options, remote });
  await counts.start(MAX_START_MS);
  return { counts, asks: createAsks({ clock, schedule, board: createRedisAsks(link, () => clock.nowUs()) }) };
}
