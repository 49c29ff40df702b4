/** What of a running gateway becomes an event for hooks. While there is no hook, nothing here does any work. */
import { createIncidents } from "../hooks/incidents.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { ExchangeWriter } from "../store/exchange-writer.ts";
import type { Parts } from "./parts.ts";

export interface EventSources {
  /** The run of this gateway, in the table of instances. */
  runId: number;
  /** Told each closed exchange. */
  watchers: Set<(record: ExchangeRecord | null) => void>;
  writer: Pick<ExchangeWriter, "lagMs" | "pending">;
}

const SWEEP_MS = 10_000;
/** The writer takes records within a fraction of a second; this is a database that does not. */
const LAG_MS = 30_000;
const LAG_OVER_MS = 5_000;

/** @returns what ends it. */
export function watchSources(parts: Parts, { watchers, writer }: EventSources, isWanted: () => boolean): () => void {
  const { events, clock, settings, health, config } = parts;
  const incidents = createIncidents(events, clock, settings.hooks.errorRatePercent);
  const onRecord = (record: ExchangeRecord | null): void => {
    if (record !== null && isWanted()) incidents.closed(record);
  };
  watchers.add(onRecord);
  const stopHealth = health.onEvent((event) => {
    if (event.kind === "degraded") return;
    const { kind, provider, model, key } = event;
    if (kind === "down") events.tell("gateway.provider.down", { provider, model, key, why: event.why });
    else events.tell("gateway.provider.recovered", { provider, model, key, from: event.from });
  });
  let isBehind = false;
  const timer = setInterval(() => {
    if (!isWanted()) return;
    incidents.sweep();
    const lagMs = writer.lagMs();
    if (!isBehind && lagMs > LAG_MS) {
      const lag = { lag_seconds: Math.round(lagMs / 1000), waiting_records: writer.pending() };
      events.tell("gateway.ledger.lag", lag);
    }
    if (lagMs > LAG_MS || lagMs < LAG_OVER_MS) isBehind = lagMs > LAG_MS;
  }, SWEEP_MS).unref();
  config.onChange(({ config: { version }, instances }) =>
    events.tell("gateway.config.changed", { version, providers: [...instances.keys()] }),
  );
  return () => {
    watchers.delete(onRecord);
    stopHealth();
    clearInterval(timer);
  };
}
