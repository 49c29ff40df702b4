/** One question in one column and all that came of it. Pure. */
import { errorIn, parseObject, readEvent } from "./read-answer.ts";
import type { WireRequest } from "./spell-request.ts";
import { type Answer, type ClientWire, NO_ANSWER, type Picture, type Turn, type WireEvent } from "./talk.ts";

export interface Round {
  id: number;
  text: string;
  pictures: readonly Picture[];
  wire: ClientWire;
  model: string;
  request: WireRequest;
  state: "running" | "done" | "failed" | "stopped";
  status: number | null;
  requestId: string | null;
  answer: Answer;
  events: readonly WireEvent[];
  /** An answer that was no stream, as it came. */
  body: string | null;
  firstMs: number | null;
  endedMs: number | null;
}

export const newRound = (begun: Pick<Round, "id" | "text" | "pictures" | "wire" | "model" | "request">): Round => ({
  ...begun,
  state: "running",
  status: null,
  requestId: null,
  answer: NO_ANSWER,
  events: [],
  body: null,
  firstMs: null,
  endedMs: null,
});

const saysSomething = ({ text, thinking, calls }: Answer): boolean =>
  text !== "" || thinking !== "" || calls.length > 0;

export function withEvents(round: Round, events: readonly WireEvent[]): Round {
  let { answer, firstMs } = round;
  for (const event of events) {
    answer = readEvent(round.wire, answer, event);
    if (firstMs === null && saysSomething(answer)) firstMs = event.atMs;
  }
  return { ...round, answer, firstMs, events: [...round.events, ...events] };
}

export function withBody(round: Round, body: string): Round {
  const json = parseObject(body);
  const error = (json && errorIn(json)) ?? body.slice(0, 500);
  return { ...round, body, answer: { ...round.answer, error } };
}

/** How it ended, where nobody stopped it. */
export const ended = (round: Round, endedMs: number): Round => ({
  ...round,
  endedMs,
  state: round.answer.error === null && (round.status ?? 500) < 400 ? "done" : "failed",
});

/** What a model is sent of the rounds before: those that were answered, in words. */
export function turnsOf(rounds: readonly Round[]): Turn[] {
  return rounds.flatMap(({ text, pictures, answer }): Turn[] => {
    const said = [answer.text, ...answer.calls.map(({ name, args }) => `${name}(${args})`)].filter(
      (each) => each !== "",
    );
    if (said.length === 0) return [];
    return [
      { role: "user", text, pictures },
      { role: "assistant", text: said.join("\n"), pictures: [] },
    ];
  });
}
