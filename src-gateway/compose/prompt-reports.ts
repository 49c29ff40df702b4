/**
 * What became of each prompt since the turn before, found out when its answer has been sent. It takes a millisecond for
 * each megabyte or two, so it is done between other work, and for a fiftieth of the time at most: where more than that is
 * asked, some rows say nothing of their prompts, at once. A record that waited for its turn would hold all of its
 * exchange meanwhile.
 */
import { createPrefixReports, type PrefixReports } from "../affinity/prefix-report.ts";
import { attribute } from "../exchange/attribution.ts";
import type { AnsweredPrompt, ExchangeWorld } from "../exchange/types.ts";
import type { PrefixReport } from "../ir/exchange-record.ts";
import { type Clock, turnClock } from "../lib/clock.ts";
import { runHash } from "../lib/run-hash.ts";

const MAX_BYTES = 2 * 1024 * 1024;
const SHARE_OF_TIME = 0.02;
const MAX_CREDIT_US = 100_000;
/** What is done in one go, before the loop looks at its sockets again. */
const SLICE_US = 1_000;
const MAX_WAITING = 64;

const NOTHING: Promise<null> = Promise.resolve(null);

interface Waiting {
  prompt: AnsweredPrompt;
  resolve(report: PrefixReport | null): void;
  reject(error: unknown): void;
}

export function createPromptReports(clock: Clock): ExchangeWorld["reportPrompt"] {
  // Made for the first prompt: the engine compiles what hashes, in memory that an idle gateway does without.
  let reports: PrefixReports | null = null;
  const waiting: Waiting[] = [];
  let creditUs = MAX_CREDIT_US;
  let countedUs = clock.monotonicUs();

  const hasCredit = (nowUs: number): boolean => {
    creditUs = Math.min(MAX_CREDIT_US, creditUs + (nowUs - countedUs) * SHARE_OF_TIME);
    countedUs = nowUs;
    return creditUs > 0;
  };
  const work = (): void => {
    const beganUs = clock.monotonicUs();
    let nowUs = beganUs;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        next.resolve(hasCredit(nowUs) ? compare(next.prompt) : null);
      } catch (error) {
        next.reject(error);
      }
      const endedUs = clock.monotonicUs();
      creditUs -= endedUs - nowUs;
      nowUs = endedUs;
      if (nowUs - beganUs > SLICE_US) break;
    }
    if (waiting.length > 0) setImmediate(work);
  };
  const compare = ({ inbound, body, model, owner, sent, home }: AnsweredPrompt): PrefixReport | null => {
    if (body.bytes.length > MAX_BYTES) return null;
    const { wire, head, headers } = inbound;
    reports ??= createPrefixReports({ clock: turnClock, hash: runHash(), maxBytes: MAX_BYTES });
    const turn = reports.compare({
      owner,
      session: (head?.attribution ?? attribute(headers)).session,
      asked: { wire, model, body },
      sent: sent && { wire: sent.wire, bytes: Buffer.concat(sent.body) },
      home,
    });
    turn.keep();
    return turn.report;
  };

  return (prompt) => {
    if (waiting.length >= MAX_WAITING || !hasCredit(turnClock.monotonicUs())) return NOTHING;
    return new Promise((resolve, reject) => {
      // What the loop has to do comes first: the end of the answer, and other requests.
      if (waiting.push({ prompt, resolve, reject }) === 1) setImmediate(work);
    });
  };
}
