/** Counts that gateways share: what memory-counts.ts does, done by scripts in Redis, one round trip for each call. */
import { type ClaimReply, type CountStore, LEDGER_DELAY_MS, type Settlement } from "./counts.ts";
import type { RedisLink } from "./redis-link.ts";
import { BEAT, CLAIM, RECOUNT, SETTLE } from "./redis-scripts.ts";

/** In braces, so that a cluster keeps all of it in one place. */
export const REDIS_PREFIX = "tokligence:{counts}:";

/** How long a reservation outlives the gateway that made it. */
const LEASE_SEC = 60;

export interface RedisCounts extends CountStore {
  /** Renews the reservations of what runs. Gives the number of gateways that are there. */
  beat(gateway: string, running: readonly string[]): Promise<number>;
  /** Told each time that the connection ends. What was counted may be gone with it. */
  onCut(callback: () => void): void;
}

type Script = (...args: string[]) => Promise<unknown>;
type CountRow = [string, string, string, number, number, number, number, number];

const SCRIPTS = {
  countsClaim: CLAIM,
  countsSettle: SETTLE,

  countsBeat: BEAT,
  countsRecount: RECOUNT,
};

export function createRedisCounts(link: RedisLink, nowMs: () => number, prefix = REDIS_PREFIX): RedisCounts {
  for (const [name, lua] of Object.entries(SCRIPTS)) link.redis.defineCommand(name, { lua, numberOfKeys: 0 });
  const run = <Reply>(name: keyof typeof SCRIPTS, request: object): Promise<Reply> =>
    link.call(async (redis) => {
      const scripts = redis as unknown as Record<string, Script>;
      return (await scripts[name]?.(prefix, JSON.stringify(request))) as Reply;
    });
  const leaseSec = (): number => Math.floor(nowMs() / 1000) + LEASE_SEC;

  return {
    async claim(id, claims, { warmth = [], isForced = false } = {}): Promise<ClaimReply> {
      const record = JSON.stringify(claims.map(({ counter, slotSec, amount }) => [counter, slotSec, amount]));
      const request = { id, claims, warmth, isForced, record, leaseSec: leaseSec() };
      const [isHeld, cold, rows] = await run<[number, number[], CountRow[]]>("countsClaim", request);
      return { isHeld: isHeld === 1, cold, counts: rows.map(countOf) };
    },
    async settle(id, settlements: readonly Settlement[], atMs) {
      const request = { id, settlements, atMs, ledgerDelayMs: LEDGER_DELAY_MS };
      const rows = await run<[string, number, number][]>("countsSettle", request);
      return rows.map(([spent, toldBefore, toldNow]) => ({ spent: Number(spent), toldBefore, toldNow }));
    },
    async recount() {
      await run("countsRecount", {});
    },
    beat: (gateway, running) =>
      run("countsBeat", { gateway, running, leaseSec: leaseSec(), nowSec: Math.floor(nowMs() / 1000) }),
    onCut: (callback) => link.onCut(callback),
    close() {
      link.close();
      return Promise.resolve();
    },
  };
}

function countOf([spent, held, aside, isRefused, fits, newest, toldBefore, toldNow]: CountRow) {
  return {
    spent: Number(spent),
    held: Number(held),
    aside: Number(aside),
    isRefused: isRefused === 1,
    fitsAfterSec: fits < 0 ? null : fits,
    newestSec: newest < 0 ? null : newest,
    toldBefore,
    toldNow,
  };
}
