/** What closed exchanges tell: failures, how many of them, limits that were met, others that answered, agents in circles. */
import { type AttemptRecord, type ExchangeRecord, requestIdOf } from "../ir/exchange-record.ts";
import type { Clock } from "../lib/clock.ts";
import { createErrorRate, type ErrorRate, WINDOW_MS } from "./error-rate.ts";
import type { MetadataOf } from "./event-catalogue.ts";
import { createGroups, type Told } from "./groups.ts";
import type { EventAbout, Events } from "./types.ts";

export interface Incidents {
  closed(record: ExchangeRecord): void;
  /** To be called now and then: what was held back is told. */
  sweep(): void;
}

type Grouped = "gateway.request.failed" | "gateway.limit.reached" | "gateway.failover";
type Sample = {
  [Type in Grouped]: { type: Type; facts: Omit<MetadataOf<Type>, "count" | "since">; about: EventAbout };
}[Grouped];

const LIMITS: ReadonlySet<string> = new Set(["rate_limited", "overloaded", "quota_exceeded"]);

export function createIncidents(events: Events, clock: Clock, thresholdPercent: number): Incidents {
  const groups = createGroups<Sample>();
  const circles = createGroups<null>();
  const rates = new Map<string | null, ErrorRate>();
  const nowMs = (): number => clock.nowUs() / 1000;

  const tellGroup = ({ count, sinceMs, sample }: Told<Sample>): void => {
    const metadata = { ...sample.facts, count, since: new Date(sinceMs).toISOString() };
    events.tell(sample.type, metadata, sample.about);
  };
  const group = (key: string, sample: Sample): void => {
    const told = groups.add(`${sample.type} ${key}`, sample, nowMs());
    if (told !== null) tellGroup(told);
  };
  const rate = (provider: string | null, isFailed: boolean): void => {
    let known = rates.get(provider);
    if (known === undefined) rates.set(provider, (known = createErrorRate(thresholdPercent)));
    const report = known.add(isFailed, nowMs());
    if (report === null) return;
    const window = { threshold_percent: thresholdPercent, window_seconds: WINDOW_MS / 1000 };
    events.tell("gateway.error_rate.high", { provider, ...report, ...window });
  };

  return {
    closed(record) {
      const { outcome, provider } = record;
      const isFailed = outcome === "failed" || outcome === "failed_midstream";
      if (isFailed || outcome === "completed") {
        rate(null, isFailed);
        if (provider !== null) rate(provider, isFailed);
      }
      if (isFailed) group(...failureOf(record));
      else if (record.errorCode !== null && LIMITS.has(record.errorCode)) group(...limitOf(record, record.errorCode));
      const failover = outcome === "completed" ? failoverOf(record) : null;
      if (failover !== null) group(...failover);
      if (record.runaway !== null) {
        const { userId, agent, session, runaway } = record;
        const who = JSON.stringify([userId, agent, session, runaway.split(" ").slice(0, 2)]);
        if (circles.add(who, null, nowMs()) !== null) tellCircle(events, record, runaway);
      }
    },
    sweep() {
      for (const told of groups.due(nowMs())) tellGroup(told);
      circles.due(nowMs());
    },
  };
}

const aboutOf = ({ userId }: ExchangeRecord): EventAbout => ({ userId });

function failureOf(record: ExchangeRecord): [key: string, sample: Sample] {
  const { provider, modelRouted: model, errorCode, status, id } = record;
  const facts = { provider, model, error_code: errorCode ?? "internal_error", status, request_id: requestIdOf(id) };
  // About many people at once, so about none of them.
  return [JSON.stringify([provider, model, errorCode]), { type: "gateway.request.failed", facts, about: {} }];
}

function limitOf(record: ExchangeRecord, errorCode: string): [key: string, sample: Sample] {
  const { apiKeyId, userId, id } = record;
  const key = apiKeyId === null ? null : String(apiKeyId);
  const facts = { error_code: errorCode, api_key_id: key, request_id: requestIdOf(id) };
  const sample: Sample = { type: "gateway.limit.reached", facts, about: aboutOf(record) };
  return [JSON.stringify([errorCode, apiKeyId, userId]), sample];
}

function failoverOf({ attempts, id }: ExchangeRecord): [key: string, sample: Sample] | null {
  const first = attempts.find(({ errorCode }) => errorCode !== null);
  const last = attempts.at(-1);
  if (first === undefined || last === undefined || last.errorCode !== null) return null;
  if (first.provider === last.provider && first.model === last.model) return null;
  const facts = {
    from_provider: first.provider,
    from_model: first.model,
    to_provider: last.provider,
    to_model: last.model,
    error_code: first.errorCode ?? "",
    status: first.status,
    request_id: requestIdOf(id),
  };
  const place = ({ provider, model }: AttemptRecord): string[] => [provider, model];
  const key = JSON.stringify([place(first), place(last), first.errorCode]);
  return [key, { type: "gateway.failover", facts, about: {} }];
}

/** @param runaway for example `warn repeated-calls 3`. */
function tellCircle(events: Events, record: ExchangeRecord, runaway: string): void {
  const { agent, session, project, modelAsked: model, id } = record;
  const [level = "", kind = "", repeats = "0"] = runaway.split(" ");
  const facts = { level, kind, repeats: Number(repeats) || 0, agent, session, project, model };
  events.tell("gateway.runaway.detected", { ...facts, request_id: requestIdOf(id) }, aboutOf(record));
}
