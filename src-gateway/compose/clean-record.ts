import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Redactor } from "../secrets/redact.ts";

/** What comes from clients and providers and is kept in the clear; a few put secrets where names belong. */
const TEXTS = [
  "errorMessage",
  "modelAsked",
  "modelRouted",
  "modelServed",
  "agent",
  "session",
  "project",
  "gitBranch",
  "finishReason",
  "serviceTier",
] as const satisfies readonly (keyof ExchangeRecord)[];

/** Takes secrets out of a record, in place, before it is kept or shown. Nearly all hold none, and cost a look. */
export function cleanRecord(record: ExchangeRecord, redactor: Redactor): ExchangeRecord {
  let hidden = 0;
  for (const name of TEXTS) {
    const text = record[name];
    if (text === null) continue;
    const clean = redactor.redact(text);
    if (clean === text) continue;
    record[name] = clean;
    hidden++;
  }
  if (hidden === 0) return record;
  // The same words stand in the plan and in the reasons.
  for (const attempt of record.attempts) {
    attempt.model = redactor.redact(attempt.model);
    attempt.reason = redactor.redact(attempt.reason);
  }
  if (record.plan) record.plan = JSON.parse(redactor.redact(JSON.stringify(record.plan))) as ExchangeRecord["plan"];
  return record;
}
