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

/** Most of these texts come again and again; a change of the known secrets makes all of them be looked at anew. */
const MAX_KNOWN_CLEAN = 2_000;
const caches = new WeakMap<Redactor, { clean: Set<string>; secrets: number }>();

function knownClean(redactor: Redactor): Set<string> {
  const secrets = redactor.count();
  let cache = caches.get(redactor);
  if (!cache || cache.secrets !== secrets || cache.clean.size > MAX_KNOWN_CLEAN)
    caches.set(redactor, (cache = { clean: new Set(), secrets }));
  return cache.clean;
}

/** Takes secrets out of a record, in place, before it is kept or shown. Nearly all hold none, and cost a look. */
export function cleanRecord(record: ExchangeRecord, redactor: Redactor): ExchangeRecord {
  const known = knownClean(redactor);
  let hidden = 0;
  for (const name of TEXTS) {
    const text = record[name];
    if (text === null || known.has(text)) continue;
    const clean = redactor.redact(text);
    if (clean === text) {
      if (text.length < 200) known.add(text);
      continue;
    }
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
