import type { ProviderWire } from "../protocol.ts";

export type Verdict = "lossless" | "emulated" | "clamped" | "dropped" | "refused";

export interface Ruling {
  verdict: Verdict;
  /** What is done, or why it cannot be done: the end of a sentence that begins with the field's name. */
  note: string;
}

/**
 * A wire that has a name for a field takes it as it is, unless `on` says otherwise; a wire without a name does with it what
 * `elsewhere` says.
 */
export interface FieldRow {
  names: Partial<Record<ProviderWire, string>>;
  /** Holds on every wire but the client's own, whether or not it has a name for it. */
  abroad?: Ruling;
  elsewhere?: Ruling;
  on?: Partial<Record<ProviderWire, Ruling>>;
}

export const dropped = (note: string): Ruling => ({ verdict: "dropped", note });
export const emulated = (note: string): Ruling => ({ verdict: "emulated", note });
export const clamped = (note: string): Ruling => ({ verdict: "clamped", note });
export const refused = (note: string): Ruling => ({ verdict: "refused", note });
