/** Requests that wait for somebody's word, in this gateway or, by way of Redis, in any that shares its counts. */
import type { Clock } from "../lib/clock.ts";
import type { Schedule } from "../limits/types.ts";
import type { Ask, AskOutcome, Asks } from "./types.ts";

/** Where other gateways see what is asked here, and answer it. */
export interface AskBoard {
  post(ask: Ask): Promise<void>;
  remove(id: string): Promise<void>;
  list(): Promise<Ask[]>;
  /** False when it does not stand there. */
  answer(id: string, isApproved: boolean): Promise<boolean>;
  /** Answers to those of the ids that have one. */
  read(ids: readonly string[]): Promise<Map<string, boolean>>;
}

interface Waiting {
  ask: Ask;
  close: (outcome: AskOutcome) => void;
}

const READ_MS = 300;

export function createAsks({
  clock,
  schedule,
  board,
}: {
  clock: Clock;
  schedule: Schedule;
  board: AskBoard | null;
}): Asks {
  const waiting = new Map<string, Waiting>();
  let stopReading: (() => void) | null = null;

  const readBoard = (): void => {
    if (board === null || stopReading !== null || waiting.size === 0) return;
    const read = async (): Promise<void> => {
      const answers = await board.read([...waiting.keys()]).catch(() => new Map<string, boolean>());
      for (const [id, isApproved] of answers) waiting.get(id)?.close(isApproved ? "approved" : "denied");
      stopReading = null;
      readBoard();
    };
    stopReading = schedule(() => void read(), READ_MS);
  };

  return {
    open({ id, met, waitMs, about, signal }) {
      const askedAtUs = clock.nowUs();
      const ask: Ask = { id, met, about, askedAtUs, expiresAtUs: askedAtUs + waitMs * 1000 };
      return new Promise<AskOutcome>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const end = (): void => {
          waiting.delete(id);
          stopTimer();
          signal.removeEventListener("abort", leave);
          board?.remove(id).catch(() => {});
        };
        const leave = (): void => {
          end();
          reject(signal.reason);
        };
        const close = (outcome: AskOutcome): void => {
          end();
          resolve(outcome);
        };
        const stopTimer = schedule(() => close("timed-out"), waitMs);
        signal.addEventListener("abort", leave, { once: true });
        waiting.set(id, { ask, close });
        board?.post(ask).catch(() => {});
        readBoard();
      });
    },
    async list() {
      const elsewhere = (await board?.list().catch(() => [])) ?? [];
      const all = new Map([...elsewhere, ...[...waiting.values()].map(({ ask }) => ask)].map((ask) => [ask.id, ask]));
      const nowUs = clock.nowUs();
      return [...all.values()].filter((ask) => ask.expiresAtUs > nowUs).sort((a, b) => a.askedAtUs - b.askedAtUs);
    },
    async answer(id, isApproved) {
      const here = waiting.get(id);
      here?.close(isApproved ? "approved" : "denied");
      return here !== undefined || ((await board?.answer(id, isApproved).catch(() => false)) ?? false);
    },
    stop() {
      stopReading?.();
      for (const { close } of waiting.values()) close("denied");
      return Promise.resolve();
    },
  };
}
