import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Redactor } from "../secrets/redact.ts";

/** What comes from clients and providers and is kept in the clear; a few put secrets where names belong. */
type Texts = Pick<ExchangeRecord, "errorMessage" | "modelAsked" | "modelRouted" | "modelServed" | "agent" | "session"> &
  Pick<ExchangeRecord, "project" | "gitBranch" | "finishReason" | "serviceTier">;

/** Most of these texts come again and again; a change of the known secrets makes all of them be looked at anew. */
const MAX_KNOWN_CLEAN = 2_000;

interface KnownClean {
  texts: Set<string>;
  /** Those of records before: most are the same, and need no search. */
  last: Texts;
  secrets: number;
}
const NO_TEXTS: Texts = {
  errorMessage: null,
  modelAsked: null,
  modelRouted: null,
  modelServed: null,
  agent: null,
  session: null,
  project: null,
  gitBranch: null,
  finishReason: null,
  serviceTier: null,
};
const caches = new WeakMap<Redactor, KnownClean>();

function knownClean(redactor: Redactor): KnownClean {
  const secrets = redactor.count();
  let cache = caches.get(redactor);
  if (!cache || cache.secrets !== secrets || cache.texts.size > MAX_KNOWN_CLEAN)
    caches.set(redactor, (cache = { texts: new Set(), last: { ...NO_TEXTS }, secrets }));
  return cache;
}

/** Takes secrets out of a record, in place, before it is kept or shown. Nearly all hold none, and cost a look. */
export function cleanRecord(record: ExchangeRecord, redactor: Redactor): ExchangeRecord {
  const known = knownClean(redactor);
  const { last } = known;
  let hidden = 0;
  const look = (name: keyof Texts): void => {
    if (hide(record, name, known, redactor)) hidden++;
  };
  // Name by name: by the names in a list it takes ten times as long, for every exchange.
  if (isNew(record.errorMessage, last.errorMessage)) look("errorMessage");
  if (isNew(record.modelAsked, last.modelAsked)) look("modelAsked");
  if (isNew(record.modelRouted, last.modelRouted)) look("modelRouted");
  if (isNew(record.modelServed, last.modelServed)) look("modelServed");
  if (isNew(record.agent, last.agent)) look("agent");
  if (isNew(record.session, last.session)) look("session");
  if (isNew(record.project, last.project)) look("project");
  if (isNew(record.gitBranch, last.gitBranch)) look("gitBranch");
  if (isNew(record.finishReason, last.finishReason)) look("finishReason");
  if (isNew(record.serviceTier, last.serviceTier)) look("serviceTier");
  if (hidden === 0) return record;
  // The same words stand in the plan and in the reasons.
  for (const attempt of record.attempts) {
    attempt.model = redactor.redact(attempt.model);
    attempt.reason = redactor.redact(attempt.reason);
  }
  if (record.plan) record.plan = JSON.parse(redactor.redact(JSON.stringify(record.plan))) as ExchangeRecord["plan"];
  return record;
}

const isNew = (text: string | null, last: string | null): boolean => text !== null && text !== last;

/** @returns whether there was something to hide. */
function hide(record: ExchangeRecord, name: keyof Texts, { texts, last }: KnownClean, redactor: Redactor): boolean {
  const text = record[name];
  if (text === null) return false;
  if (!texts.has(text)) {
    const clean = redactor.redact(text);
    if (clean !== text) {
      record[name] = clean;
      return true;
    }
    if (text.length < 200) texts.add(text);
  }
  last[name] = text;
  return false;
}
