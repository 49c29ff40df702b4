/** What a check of the ledger finds. */
import type { ChainHead } from "./statement-types.ts";

export const FINDING_KINDS = [
  /** The row is not what its entry vouches for. */
  "row-changed",
  /** There is an entry, and no row. */
  "row-missing",
  /** A row that is closed stands in no chain. */
  "row-unchained",
  "row-chained-twice",
  /** Places of a chain are not there. */
  "entry-missing",
  /** The hash of an entry, not its row, was changed. */
  "entry-changed",
  "correction-changed",
  "correction-missing",
  "correction-unchained",
  "correction-chained-twice",
  /** It is about no exchange, or does not follow from what was known before it. */
  "correction-wrong",
  /** Unit prices are not those that their id stands for. */
  "price-changed",
  "price-missing",
  /** Sums of a day or an hour are not those of its rows. */
  "sums-differ",
  /** A signed statement was changed, or is not signed by this gateway's key. */
  "signature-wrong",
  /** A chain ends before the place that a signed statement names. */
  "head-missing",
  /** At that place stands another hash. */
  "head-differs",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  kind: FindingKind;
  /** One sentence for a person. */
  text: string;
  instanceId: number | null;
  place: number | null;
  exchangeId: number | null;
  correctionId: number | null;
  /** `2026-11-21` */
  day: string | null;
}

export interface VerifyProgress {
  phase: "chains" | "days" | "prices" | "done";
  done: number;
  /** Of entries in `chains`, of rows in `days`; an estimate while the gateway works on. */
  total: number;
}

export interface VerifyReport {
  isIntact: boolean;
  chains: number;
  entries: number;
  exchanges: number;
  corrections: number;
  days: number;
  /** Closed before there was a chain: nothing vouches for these rows. */
  unvouched: number;
  /** The first ones; `moreFindings` says how many are left out. */
  findings: Finding[];
  moreFindings: number;
  heads: ChainHead[];
  durationMs: number;
}
