import type { AttemptRecord } from "../ir/exchange-record.ts";
import type { AttemptFailure } from "./failures.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

export interface AskedPlace {
  provider: string;
  model: string | null;
  /** Null where keys are not told apart. */
  key: string | null;
}

export interface FailoverNotice {
  failed(place: AskedPlace, failure: AttemptFailure, attempt: AttemptRecord | undefined): void;
  answering(place: AskedPlace): void;
}

/**
 * Says in the log, once an exchange, that it is answered elsewhere than where it was tried first. Names and codes only: what
 * a provider says of itself may hold anything.
 */
export function createFailoverNotice(
  { requestId }: Pick<Inbound, "requestId">,
  { log }: Pick<ExchangeWorld, "log">,
): FailoverNotice {
  let first: { from: AskedPlace; why: string } | null = null;
  let isOver = false;
  return {
    failed(from, { error, unsayable }, attempt) {
      // A target that has no words for the request has not failed.
      if (first !== null || unsayable) return;
      const status = attempt?.status ?? null;
      first = { from, why: status === null ? error.code : `${error.code}, status ${status}` };
    },
    answering(to) {
      if (isOver) return;
      isOver = true;
      if (first === null || isSame(first.from, to)) return;
      const { from, why } = first;
      log.info({ kind: "failover", requestId, from, to, why }, `${nameOf(from)} failed, ${nameOf(to)} answers`);
    },
  };
}

const isSame = (one: AskedPlace, other: AskedPlace): boolean =>
  one.provider === other.provider && one.model === other.model && one.key === other.key;

const nameOf = ({ provider, model, key }: AskedPlace): string =>
  `${model === null ? "" : `model "${model}" of `}"${provider}"${key === null || key === "default" ? "" : ` with key "${key}"`}`;
