/** The course of one request as pieces of a bar. Pure. */
import type { Exchange } from "./request-rows.ts";

export const PHASES = ["queue", "firstByte", "firstToken", "rest"] as const;
export type Phase = (typeof PHASES)[number];

export interface Piece {
  phase: Phase;
  fromUs: number;
  toUs: number;
}

export type Times = Pick<Exchange, "queueUs" | "firstByteUs" | "firstTokenUs" | "totalUs">;

/** How long the bar is: the whole request, or what is known of one that still runs. Never 0. */
export function lengthUs(
  { queueUs, firstByteUs, firstTokenUs, totalUs }: Times,
  attempts: Exchange["attempts"] = [],
): number {
  const ends = attempts.map(({ endedUs, startedUs }) => endedUs ?? startedUs);
  return totalUs ?? Math.max(1, queueUs ?? 0, firstByteUs ?? 0, firstTokenUs ?? 0, ...ends);
}

/** The phases that took time, in order and without gaps; a moment that never came ends none. */
export function piecesOf(times: Times): Piece[] {
  const pieces: Piece[] = [];
  const endUs = lengthUs(times);
  // What it waited for when it ended: to be sent, for an answer, or for the rest of one.
  const last: Phase = times.firstByteUs !== null ? "rest" : times.queueUs !== null ? "firstByte" : "queue";
  const moments: [Phase, number | null][] = [
    ["queue", times.queueUs],
    ["firstByte", times.firstByteUs],
    ["firstToken", times.firstTokenUs],
    [last, endUs],
  ];
  let fromUs = 0;
  for (const [phase, moment] of moments) {
    const toUs = Math.min(moment ?? 0, endUs);
    if (toUs <= fromUs) continue;
    pieces.push({ phase, fromUs, toUs });
    fromUs = toUs;
  }
  return pieces;
}
