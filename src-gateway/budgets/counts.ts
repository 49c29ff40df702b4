/**
 * The counts behind budgets and rate limits. A counter is a row of slots, each as long as the window's step and named by
 * the second it begins at; a slot has what was spent and what is held by requests that arrived in it. Slots that left the
 * window do not count. All amounts are whole numbers.
 */
export interface Place {
  counter: string;
  /** Slots before this one do not count. */
  oldestSec: number;
}

export interface Claim extends Place {
  /** The slot that the request arrived in. */
  slotSec: number;
  /** What is to be held. */
  amount: number;
  /** Nothing is held when more than this would be used; null is no limit. */
  stop: number | null;
  /** Parts of this counter's limit that belong to others, or to the request's own account. */
  setAside: SetAside[];
  /** Amounts that are told once when they are reached, ascending. */
  marks: number[];
  /** The sum before the first claim comes from the ledger. */
  needsLedger: boolean;
  /** So long after its last use the counter may be forgotten. */
  keepSec: number;
}

export interface SetAside extends Place {
  amount: number;
  /** It is the request's own account, which may use all of it. */
  isOwn: boolean;
}

export interface Count {
  /** Before the claim, and without it. */
  spent: number;
  held: number;
  /** Unused parts of the limit that belong to other accounts. */
  aside: number;
  isRefused: boolean;
  /** Refused: when this slot has left the window, the claim fits; null when it never does. */
  fitsAfterSec: number | null;
  /** The newest slot that something is in. */
  newestSec: number | null;
  /** So many marks had been told, and so many have been told now. */
  toldBefore: number;
  toldNow: number;
}

export interface ClaimReply {
  isHeld: boolean;
  /** Indexes of claims whose counter needs its sum from the ledger first; then nothing was held, and `counts` is empty. */
  cold: number[];
  counts: Count[];
}

/** A counter's sums from the ledger, by slot. */
export interface Warmth {
  counter: string;
  slots: [slotSec: number, spent: number][];
  /** When the ledger was asked. */
  atMs: number;
  keepSec: number;
}

/** What a held claim came to. Nothing for a counter that was not claimed. */
export interface Settlement extends Place {
  slotSec: number;
  amount: number;
  marks: number[];
  needsLedger: boolean;
  keepSec: number;
}

export interface Told {
  spent: number;
  toldBefore: number;
  toldNow: number;
}

export interface CountStore {
  /**
   * All claims are held, or none. An id that is held already is not held again. Forced claims are held whatever the
   * limits, also on counters that are cold.
   */
  claim(id: string, claims: readonly Claim[], more?: { warmth?: Warmth[]; isForced?: boolean }): Promise<ClaimReply>;
  /** Ends what the id holds. An id that was settled before is left as it was. */
  settle(id: string, settlements: readonly Settlement[], atMs: number): Promise<Told[]>;
  /** Every sum is to be read from the ledger anew. */
  recount(): Promise<void>;
  close(): Promise<void>;
}

/** A row that reached the ledger so shortly before it was asked may not have been seen. */
export const LEDGER_DELAY_MS = 1_000;
