import type { WireProtocol } from "../ir/protocol.ts";
import { isSameTurn } from "./same-turn.ts";
import { eachTurnBack, type Turn } from "./turns.ts";
import type { Circles, ScannedBody } from "./types.ts";

/** The longest circle that is looked for, in turns. */
const MAX_PERIOD = 3;

/** Among all turns of a stretch without progress no more than these are different ones. */
const MAX_DIFFERENT = 5;

/** So many turns without anything new count as much as one repetition. */
const ROUND_TURNS = 6;

/** Below this, an agent that looks around in no order is not called idle. */
const MIN_ROUNDS = 3;

/** How many turns at the end go round in circles of one length. Open until one is found that does not. */
interface Run {
  period: number;
  turns: number;
  isOpen: boolean;
}

const NO_RUNS: readonly Run[] = [];
const newRuns = (): readonly Run[] =>
  Array.from({ length: MAX_PERIOD }, (_, at) => ({ period: at + 1, turns: at + 1, isOpen: true }));

/**
 * What the turns at the end of a conversation are like, up to the last word of a person.
 * @param upTo repetitions after which it is enough to know that there are so many.
 */
export function findCircles(wire: WireProtocol, body: ScannedBody, upTo: number): Circles {
  const { bytes } = body;
  const turns: Turn[] = [];
  const different: Turn[] = [];
  /** Made for the first turn: nearly always a person has spoken last. */
  let runs = NO_RUNS;
  let idleTurns = 0;
  let hasProgress = false;
  let lastIsNew = true;
  const personSpoke = eachTurnBack(wire, body, (turn) => {
    if (runs.length === 0) runs = newRuns();
    for (const run of runs) {
      const later = turns[turns.length - run.period];
      if (!run.isOpen || later === undefined) continue;
      if (isSameTurn(bytes, turn, later)) run.turns++;
      else run.isOpen = false;
    }
    turns.push(turn);
    if (!hasProgress) {
      const known = different.findIndex((each) => isSameTurn(bytes, turn, each));
      if (known === 0) lastIsNew = false;
      if (known < 0 && different.length === MAX_DIFFERENT) hasProgress = true;
      else idleTurns++;
      if (known < 0) different.push(turn);
    }
    const isEnough = runs.some((run) => run.turns >= run.period * upTo) || idleTurns >= ROUND_TURNS * upTo;
    return !isEnough && (!hasProgress || runs.some((run) => run.isOpen));
  });
  if (turns.length === 0) return { repeats: 1, period: 1, calls: [], idleRounds: 0, personSpoke };
  let best = { repeats: 1, period: 1 };
  for (const run of runs) {
    const repeats = Math.floor(run.turns / run.period);
    if (turns.length >= run.period && repeats > best.repeats) best = { repeats, period: run.period };
  }
  const rounds = Math.floor(idleTurns / ROUND_TURNS);
  const calls = turns.slice(0, best.period).map((turn) => turn.calls.flatMap(({ what }) => what));
  return { ...best, calls, idleRounds: rounds < MIN_ROUNDS || lastIsNew ? 0 : rounds, personSpoke };
}
