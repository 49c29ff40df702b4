/** Who watches a running gateway: the log's line for each exchange, the metrics, and OpenTelemetry where there is a collector. */
import type { ExchangeObserver, ExchangeWorld } from "../exchange/types.ts";
import { copyOf, type ExchangeRecord } from "../ir/exchange-record.ts";
import { Afterwards } from "../lib/afterwards.ts";
import { turnClock } from "../lib/clock.ts";
import { accessLine } from "../telemetry/access-line.ts";
import { createExchangeMetrics } from "../telemetry/metrics/exchange-metrics.ts";
import { measureProcess } from "../telemetry/metrics/process-metrics.ts";
import { MetricRegistry } from "../telemetry/metrics/registry.ts";
import type { RequestFacts } from "../telemetry/open-requests.ts";
import { attemptSpanId, traceparentOf } from "../telemetry/trace-context.ts";
import type { Books } from "./books.ts";
import { cleanRecord } from "./clean-record.ts";
import { declareGauges, type GaugeSources } from "./gateway-gauges.ts";
import { type OtelSide, openOtel } from "./otel-side.ts";
import type { Parts } from "./parts.ts";
import { timeWaits } from "./timed-admission.ts";

export interface TelemetrySide {
  /** The world of exchanges, watched. */
  watching(world: ExchangeWorld): ExchangeWorld;
  /** For those who ask for the metrics; null where nobody may. */
  metrics: { text(): Promise<string>; token: string | null } | null;
  /** For parts that have something of their own to tell; null where nothing is measured. */
  registry: MetricRegistry | null;
  start(): void;
  /** After the last exchange. */
  stop(): Promise<void>;
}

const QUEUE_WAITS = [0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

export function openTelemetry(
  parts: Parts,
  books: Pick<Books, "watchers" | "writer">,
  more: Pick<GaugeSources, "running" | "budgets">,
): TelemetrySide {
  return new Telemetry(parts, books, more);
}

/** An exchange that is over, and does not change any more. */
interface Over {
  record: ExchangeRecord;
  facts: RequestFacts | undefined;
  atMs: number;
}

class Telemetry implements TelemetrySide {
  readonly metrics: TelemetrySide["metrics"];
  readonly registry: MetricRegistry | null;
  private readonly parts: Parts;
  private readonly otel: OtelSide | null;
  private readonly writesAccess: boolean;
  private readonly count: ((record: ExchangeRecord) => void) | null;
  private readonly stopMeasuring: () => void;
  private readonly over = new Afterwards<Over>((over) => this.tell(over));
  private world: ExchangeWorld | null = null;
  private hasFailed = false;

  constructor(
    parts: Parts,
    books: Pick<Books, "watchers" | "writer">,
    more: Pick<GaugeSources, "running" | "budgets">,
  ) {
    this.parts = parts;
    const { settings, log, redactor } = parts;
    const { metrics, accessLog, otel } = settings.telemetry;
    this.writesAccess = accessLog && log.takesAccess;
    const registry = metrics === null && otel?.metricsUrl == null ? null : new MetricRegistry();
    this.registry = registry;
    const clean = (text: string): string => redactor.redact(text);
    const exchanges = registry && createExchangeMetrics(registry, { maxModels: metrics?.maxModels ?? Infinity, clean });
    this.count = exchanges && ((record) => exchanges.closed(record));
    const readGauges =
      registry &&
      declareGauges(registry, {
        parts,
        writer: books.writer,
        ...more,
        admission: () => this.world?.admission ?? null,
      });
    const refresh =
      readGauges &&
      (async () => {
        await readGauges();
        this.over.doNow();
      });
    this.stopMeasuring = registry ? measureProcess(registry) : () => {};
    const text = async (): Promise<string> => {
      await refresh?.();
      return registry?.text() ?? "";
    };
    this.metrics = metrics && { text, token: metrics.token };
    this.otel = openOtel(parts, { registry, refresh });
    books.watchers.add((record) => {
      if (record !== null) this.closed(record);
    });
  }

  watching(world: ExchangeWorld): ExchangeWorld {
    const { parts } = this;
    const { records } = world;
    const waits = this.registry?.histogram(
      "gateway_queue_wait_seconds",
      "How long requests waited that had to.",
      ["limit", "result"],
      QUEUE_WAITS,
    );
    const watched: ExchangeWorld = {
      ...world,
      ...this.otel?.listening(world),
      observer: this.observer(),
      hideSecrets: (bytes) => parts.redactor.hideKnown(bytes),
      records: {
        open: (record) => {
          const facts = record.stream ? parts.openRequests.get(record.id) : undefined;
          if (facts) facts.isStream = true;
          records.open(record);
        },
        close: (record, heard) => {
          if (heard) this.otel?.heard(record, heard);
          return records.close(record, heard);
        },
      },
      ...(waits
        ? {
            admission: timeWaits(world.admission, parts.clock, (limit, us, wasAdmitted) =>
              waits.with(limit, wasAdmitted ? "admitted" : "refused").observe(us),
            ),
          }
        : {}),
    };
    this.world = watched;
    return watched;
  }

  start(): void {
    this.otel?.start();
  }

  async stop(): Promise<void> {
    this.stopMeasuring();
    this.over.stop();
    await this.otel?.stop();
  }

  private observer(): ExchangeObserver {
    const { openRequests, settings, redactor } = this.parts;
    return {
      begin: (inbound) => openRequests.begin(inbound.id, inbound),
      unrecorded: { open: () => {}, close: (record) => this.closed(copyOf(cleanRecord(record, redactor))) },
      showsItself: settings.telemetry.gatewayHeaders,
      traceHeaders: settings.telemetry.propagatesTrace
        ? (id, attempt) => {
            const trace = openRequests.get(id)?.trace();
            if (!trace) return null;
            const { traceId, spanId, isSampled } = trace;
            return { traceparent: traceparentOf(traceId, attemptSpanId(spanId, attempt), isSampled) };
          }
        : null,
    };
  }

  private closed(record: ExchangeRecord): void {
    const { openRequests } = this.parts;
    this.over.add({ record, facts: openRequests.take(record.id), atMs: Math.floor(turnClock.nowUs() / 1000) });
  }

  /** Whoever only watches must not break what is watched. */
  private tell({ record, facts, atMs }: Over): void {
    const { log } = this.parts;
    try {
      this.count?.(record);
      if (this.writesAccess) log.access(accessLine(record, facts, atMs));
      this.otel?.closed(record, facts);
    } catch (err) {
      if (!this.hasFailed) log.error({ err }, "an exchange could not be watched to its end");
      this.hasFailed = true;
    }
  }
}
