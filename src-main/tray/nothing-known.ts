import type { TraySnapshot } from "./types.ts";

/** Of a gateway that was not asked yet. */
export const NOTHING_KNOWN: Omit<TraySnapshot, "url" | "startProblem" | "title" | "openAtLogin"> = {
  paused: false,
  openExchanges: 0,
  providers: [],
  providerInUse: null,
  lockedKeys: [],
  failover: null,
  today: { costNano: 0, tokens: 0, unpriced: 0 },
  budget: null,
  update: null,
};
