/** Turns of one conversation stay where their prompt is cached. */

export type { PrefixReport } from "../ir/exchange-record.ts";

export interface Home {
  provider: string;
  key: string;
  model: string;
}

export interface Affinity {
  /** Where the conversation's last turns went; null for a new one, or one that is forgotten. */
  homeOf(conversation: string): Home | null;
  /** An answer came from there. */
  settle(conversation: string, home: Home): void;
}
