/**
 * What stands on the playground, for as long as somebody is signed in and the page is open: it is kept here and nowhere else,
 * so that another page can be visited while an answer comes, and nothing is left of it afterwards.
 */
import type { Session } from "../../api/session.ts";
import { newRound, type Round, turnsOf } from "./round.ts";
import { runRound } from "./run-round.ts";
import { spellRequest } from "./spell-request.ts";
import type { ClientWire, Options, Picture } from "./talk.ts";

export const SIDES = ["left", "right"] as const;
export type Side = (typeof SIDES)[number];

export interface Column {
  wire: ClientWire;
  model: string;
  rounds: readonly Round[];
  /** Names the conversation in the ledger. */
  session: string;
}

export interface PlaygroundState {
  isCompared: boolean;
  options: Options;
  draft: string;
  pictures: readonly Picture[];
  columns: Readonly<Record<Side, Column>>;
}

export interface Playground {
  state: () => PlaygroundState;
  subscribe: (listener: () => void) => () => void;
  set: (change: Partial<Omit<PlaygroundState, "columns">>) => void;
  setColumn: (side: Side, change: Partial<Pick<Column, "wire" | "model">>) => void;
  /** Sends the draft to each column that is shown. @throws ToolsProblem */
  send: () => void;
  stop: () => void;
  /** Forgets the conversations; the answer brings them back. */
  clear: () => () => void;
}

const newSession = (): string => `playground-${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? "0"}`;
const column = (wire: ClientWire): Column => ({ wire, model: "", rounds: [], session: newSession() });
const blank = (): PlaygroundState => ({
  isCompared: false,
  options: { system: "", maxTokens: null, temperature: null, effort: null, tools: "" },
  draft: "",
  pictures: [],
  columns: { left: column("openai-chat"), right: column("anthropic-messages") },
});

export const shownSides = ({ isCompared }: Pick<PlaygroundState, "isCompared">): readonly Side[] =>
  isCompared ? SIDES : ["left"];

export const isAnswering = ({ columns }: PlaygroundState): boolean =>
  SIDES.some((side) => columns[side].rounds.at(-1)?.state === "running");

const known = new WeakMap<Session, Playground>();

/** The one of this session. */
export function playgroundOf(session: Session): Playground {
  const made = known.get(session) ?? createPlayground(session);
  known.set(session, made);
  return made;
}

function createPlayground(session: Session): Playground {
  const listeners = new Set<() => void>();
  const running = new Set<AbortController>();
  let state = blank();
  let lastId = 0;

  const change = (next: PlaygroundState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const inColumn = (side: Side, to: (column: Column) => Column): void =>
    change({ ...state, columns: { ...state.columns, [side]: to(state.columns[side]) } });
  const inRound = (side: Side, id: number, to: (round: Round) => Round): void =>
    inColumn(side, (old) => ({ ...old, rounds: old.rounds.map((round) => (round.id === id ? to(round) : round)) }));

  const ask = async (side: Side, round: Round, sessionName: string): Promise<void> => {
    const control = new AbortController();
    running.add(control);
    await runRound(round.request, {
      session: sessionName,
      signal: control.signal,
      change: (to) => inRound(side, round.id, to),
    });
    running.delete(control);
  };
  const stop = (): void => {
    for (const control of running) control.abort();
  };

  session.subscribe(() => {
    if (session.state().phase === "signed-in") return;
    stop();
    change(blank());
  });
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set: (part) => change({ ...state, ...part }),
    setColumn: (side, part) => inColumn(side, (old) => ({ ...old, ...part })),
    send() {
      const { draft: text, pictures, options, columns } = state;
      const sides = shownSides(state).filter((side) => columns[side].model.trim() !== "");
      if ((text.trim() === "" && pictures.length === 0) || sides.length === 0 || isAnswering(state)) return;
      const begun = sides.map((side): [Side, Round] => {
        const { wire, model, rounds } = columns[side];
        lastId += 1;
        const turns = [...turnsOf(rounds), { role: "user" as const, text, pictures }];
        const request = spellRequest({ wire, model: model.trim(), turns, options });
        return [side, newRound({ id: lastId, text, pictures, wire, model: model.trim(), request })];
      });
      change({ ...state, draft: "", pictures: [] });
      for (const [side, round] of begun) {
        inColumn(side, (old) => ({ ...old, rounds: [...old.rounds, round] }));
        void ask(side, round, columns[side].session);
      }
    },
    stop,
    clear() {
      stop();
      const before = state.columns;
      const fresh = (side: Side): Column => ({ ...state.columns[side], rounds: [], session: newSession() });
      change({ ...state, columns: { left: fresh("left"), right: fresh("right") } });
      return () => change({ ...state, columns: before });
    },
  };
}
