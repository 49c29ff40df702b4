import type { RunawayKind, RunawayVerdict } from "./types.ts";

const FINDINGS: Readonly<Record<RunawayKind, (verdict: RunawayVerdict) => string>> = {
  "repeated-calls": ({ count, period }) =>
    period === 1
      ? `made the same call with the same result ${count} times in a row`
      : `gone through the same ${period} calls with the same results ${count} times in a row`,
  "no-progress": ({ count }) => `done hardly anything new for ${count} rounds of six turns, while its context grew`,
  "token-velocity": ({ count }) => `used ${count} tokens within a minute, more than one conversation may`,
};

/** For people. */
export const findingOf = (verdict: RunawayVerdict): string => `This agent has ${FINDINGS[verdict.kind](verdict)}.`;

/** For those who are refused: what happened, and how to go on. */
export const pauseSentence = (verdict: RunawayVerdict): string =>
  `${findingOf(verdict)} The gateway has paused it: say something new to it, or let it go on with "gateway runaway resume ${verdict.id}".`;

/** For the header. */
export const headerOf = ({ level, kind, count, id }: RunawayVerdict): string =>
  `${level}; kind=${kind}; count=${count}; id=${id}`;

/** For the record. */
export const recordText = ({ level, kind, count }: RunawayVerdict): string => `${level} ${kind} ${count}`;
