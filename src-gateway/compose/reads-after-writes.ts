/**
 * What the admin API reads of exchanges holds all that ended before it was asked: records are written in groups, a moment
 * later, and that should be seen by nobody.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { UsageReports } from "../ledger/types.ts";
import type { RequestLog } from "../request-log/types.ts";

/** A database that takes no records for a while can be read all the same. */
const PATIENCE_MS = 500;

export interface Reads {
  requestLog: RequestLog;
  usage: UsageReports;
}

/** @param written ends when what has ended so far is written; must not reject. */
export function readsAfterWrites({ requestLog, usage }: Reads, written: () => Promise<void>): Reads {
  const after =
    <Question, Answer>(read: (question: Question) => Promise<Answer>) =>
    async (question: Question): Promise<Answer> => {
      const stop = new AbortController();
      const patience = wait(PATIENCE_MS, undefined, { signal: stop.signal }).catch(() => {});
      await Promise.race([written(), patience]);
      stop.abort();
      return await read(question);
    };
  return {
    requestLog: { list: after((filter) => requestLog.list(filter)), get: after((id) => requestLog.get(id)) },
    usage: {
      total: after((query) => usage.total(query)),
      breakdown: after((query) => usage.breakdown(query)),
      series: after((query) => usage.series(query)),
      latencies: after((query) => usage.latencies(query)),
      differences: after((query) => usage.differences(query)),
    },
  };
}
