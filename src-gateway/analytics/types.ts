/** What feeds the second book, and what it is fed with. */

/** A row as ClickHouse's JSONEachRow takes it: one value for each column of table.ts. */
export type AnalyticsRow = Record<string, string | number | boolean | null>;

export interface AnalyticsTarget {
  /** Names the table, without user and password: who feeds another one begins anew. */
  readonly id: string;
  exists(): Promise<boolean>;
  /** Makes the table where it is missing. */
  create(): Promise<void>;
  /** Resolves when the server has confirmed every row; when it rejects, all, some or none of them are there. */
  insert(rows: readonly AnalyticsRow[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface AnalyticsState {
  /** `other`: another gateway on the same ledger feeds the table. */
  is: "starting" | "feeding" | "standing" | "other";
  /** Entries of the ledger that were not sent when it was last looked. */
  behind: number;
  /** Null while it moves on. */
  standingSinceUs: number | null;
  /** Why it stands still, in words. */
  problem: string | null;
}

export interface AnalyticsFeeder {
  start(): void;
  state(): AnalyticsState;
  /** What is on its way is given up, and sent again by the next start. */
  stop(): Promise<void>;
}
