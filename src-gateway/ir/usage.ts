/**
 * Token usage, counted one way for every protocol.
 *
 * The buckets do not overlap, so no protocol's convention (is the cached part inside the input or beside it?) can leak
 * into a bill: the input of a request is `inputUncached + cacheRead + cacheWrite5m + cacheWrite1h`. Only `reasoning`
 * is a part of another bucket (`output`), because providers bill it as output.
 */
export interface Usage {
  /** Input tokens that were neither read from nor written to a prompt cache. */
  inputUncached: number;
  cacheRead: number;
  /** Written to a cache that lives 5 minutes (or whose lifetime the provider does not tell). */
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** All output tokens, reasoning included. */
  output: number;
  /** The part of `output` that was reasoning. */
  reasoning: number;
  /** The parts of input and output that were audio; they are included in the buckets above. */
  audioInput: number;
  audioOutput: number;
}

/** What `Usage` does not count; a count that is left out is 0, but for the one request. */
export type ExtraCounts = {
  /** Tokens within `inputUncached` and within `output`. */
  imageInputTokens?: number;
  imageOutputTokens?: number;
  requests?: number;
  images?: number;
  webSearches?: number;
  fileSearches?: number;
  audioSeconds?: number;
  pages?: number;
};

/** Where the numbers come from. `none`: nobody reported any, and they are not invented. */
export type UsageSource = "provider" | "estimated" | "none";

export const NO_USAGE: Readonly<Usage> = Object.freeze({
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
});

/** Every input token, however it was cached. */
export function inputTotal(usage: Usage): number {
  return usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}
