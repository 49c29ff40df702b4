/**
 * How one attempt speaks with its provider, and how what comes back is made ready for the caller: a relay where both
 * speak the same wire, a translation where they do not.
 */
import type { GatewayError } from "../ir/errors.ts";
import type { Loss } from "../ir/losses.ts";
import type { AnswerFacts } from "../protocols/types.ts";
import type { FrameReader } from "./frame-reader.ts";
import type { Headers } from "./types.ts";

export interface Lane {
  request: { url: string; headers: Record<string, string>; body: Buffer[] };
  losses: readonly Loss[];
  /** The provider's error answers are in the caller's own words and may be passed on as they are. */
  relaysErrors: boolean;
  /** Whether an answer that begins like this is a stream. */
  isStream(headers: Headers, first: Buffer): boolean;
  openFrames(): FrameReader;
  /** A whole answer, for a caller that wants it whole. */
  readWhole(body: Buffer): { facts: AnswerFacts; body: Buffer };
  /** A whole answer for a caller that was promised a stream; null when it cannot be made into one. */
  streamWhole(body: Buffer): { facts: AnswerFacts; frames: Buffer } | null;
  /** Headers of the provider that the caller may see, in an object that is given away. */
  headersToClient(headers: Headers): Record<string, string>;
  decodeError(status: number, headers: Headers, body: Buffer): GatewayError;
}
