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

interface KnownClean {
  texts: Set<string>;
  /** Those of the record before, in the order of `TEXTS`: most are the same, and need no search. */
  last: (string | null)[];
  secrets: number;
}
const caches = new WeakMap<Redactor, KnownClean>();

function knownClean(redactor: Redactor): KnownClean {
  const secrets = redactor.count();
  let cache = caches.get(redactor);
  if (!cache || cache.secrets !== secrets || cache.texts.size > MAX_KNOWN_CLEAN)
    caches.set(redactor, (cache = { texts: new Set(), last: TEXTS.map(() => null), secrets }));
  return cache;
}

/** Takes secrets out of a record, in place, before it is kept or shown. Nearly all hold none, and cost a look. */
export function cleanRecord(record: ExchangeRecord, redactor: Redactor): ExchangeRecord {
  const { texts, last } = knownClean(redactor);
  let hidden = 0;
  for (let place = 0; place < TEXTS.length; place++) {
    const name = TEXTS[place];
    const text = name === undefined ? null : record[name];
    if (name === undefined || text === null || text === last[place]) continue;
    if (!texts.has(text)) {
      const clean = redactor.redact(text);
      if (clean !== text) {
        record[name] = clean;
        hidden++;
        continue;
      }
      if (text.length < 200) texts.add(text);
    }
    last[place] = text;
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
