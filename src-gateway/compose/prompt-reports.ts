/**
 * What became of each prompt since the turn before, found out when its answer has been sent. It takes a millisecond for
 * each hundred kilobytes or two, so it is done for one prompt at a time, and for a tenth of the time at most: where more
 * than that is asked, some rows say nothing of their prompts.
 */
import { promptFamily } from "../affinity/conversation-key.ts";
import { createPrefixReports } from "../affinity/prefix-report.ts";
import { attribute } from "../exchange/attribution.ts";
import type { AnsweredPrompt, ExchangeWorld } from "../exchange/types.ts";
import type { PrefixReport } from "../ir/exchange-record.ts";
import type { Clock } from "../lib/clock.ts";
import { sha256Hex } from "../lib/hash-bytes.ts";

const MAX_BYTES = 2 * 1024 * 1024;
const SHARE_OF_TIME = 0.1;
const MAX_CREDIT_US = 100_000;

export function createPromptReports(clock: Clock): ExchangeWorld["reportPrompt"] {
  const reports = createPrefixReports({ clock, hash: sha256Hex, maxBytes: MAX_BYTES });
  let creditUs = MAX_CREDIT_US;
  let countedUs = clock.monotonicUs();
  let last: Promise<unknown> = Promise.resolve();

  const report = (prompt: AnsweredPrompt): PrefixReport | null => {
    const beganUs = clock.monotonicUs();
    creditUs = Math.min(MAX_CREDIT_US, creditUs + (beganUs - countedUs) * SHARE_OF_TIME);
    countedUs = beganUs;
    if (creditUs <= 0) return null;
    try {
      return compare(prompt);
    } finally {
      creditUs -= clock.monotonicUs() - beganUs;
    }
  };
  const compare = ({ inbound, body, model, owner, sent, home }: AnsweredPrompt): PrefixReport | null => {
    if (body.bytes.length > MAX_BYTES) return null;
    const { wire, headers } = inbound;
    const conversation = promptFamily({ owner, wire, session: attribute(headers).session, model, body }, sha256Hex);
    if (conversation === null) return null;
    const turn = reports.compare({
      conversation,
      asked: { wire, model, body },
      sent: sent && { wire: sent.wire, bytes: Buffer.concat(sent.body) },
      home,
    });
    turn.keep();
    return turn.report;
  };

  return (prompt) => {
    const made = last.then(idle).then(() => report(prompt));
    last = made.catch(() => {});
    return made;
  };
}

/** What the loop has to do comes first: the end of the answer, and other requests. */
const idle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
