/**
 * OpenTelemetry over OTLP/HTTP. Loaded only where a collector is configured. Spans are made when an exchange is over, from
 * its record, so nothing is done for them on the way; they wait in a queue of bounded length for the next batch, and what a
 * collector does not take is lost without anybody waiting for it.
 */
import { hostname } from "node:os";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import { ATTR_HOST_NAME, ATTR_SERVICE_INSTANCE_ID } from "@opentelemetry/semantic-conventions/incubating";
import type { Logger } from "../../lib/logger.ts";
import type { OtelSettings } from "../../settings/telemetry-types.ts";
import type { MetricRegistry } from "../metrics/registry.ts";
import { createGenAiMetrics } from "./gen-ai-metrics.ts";
import { createRegistryProducer } from "./registry-producer.ts";
import { spansOf } from "./spans.ts";
import type { ToldExchange, ToldProvider } from "./types.ts";

export interface OtelExporter {
  /** An exchange is over. `isSampled` says whether its spans are wanted. */
  closed(told: ToldExchange, isSampled: boolean): void;
  /** Sends what waits, for a moment. */
  stop(): Promise<void>;
}

export interface OtelExporterOptions {
  settings: OtelSettings;
  version: string;
  instanceId: string;
  registry: MetricRegistry | null;
  refresh: (() => Promise<void>) | null;
  providerOf: (id: string) => ToldProvider | null;
  log: Logger;
}

const BATCH_MS = 2_000;
/** A collector that is not there must not hold up the end of the process. */
const STOP_PATIENCE_MS = 2_000;
const TELL_EVERY_MS = 60_000;

export function createOtelExporter(options: OtelExporterOptions): OtelExporter {
  const { settings, version, providerOf } = options;
  tellFailures(options.log);
  const resource = resourceFromAttributes({
    [ATTR_HOST_NAME]: hostname(),
    [ATTR_SERVICE_INSTANCE_ID]: options.instanceId,
    ...settings.resource,
    [ATTR_SERVICE_NAME]: settings.serviceName,
    [ATTR_SERVICE_VERSION]: version,
  });
  const spans = openSpans(settings);
  const meters = openMeters(options, resource);
  const count = meters ? createGenAiMetrics(meters.getMeter("tokligence-gateway", version), providerOf) : null;
  return {
    closed(told, isSampled) {
      count?.(told.record);
      if (!spans || !isSampled) return;
      for (const span of spansOf(told, { resource, version, providerOf })) spans.onEnd(span);
    },
    async stop() {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_PATIENCE_MS);
      });
      await Promise.race([Promise.allSettled([spans?.shutdown(), meters?.shutdown()]), patience]);
      clearTimeout(timer);
    },
  };
}

function openSpans({ tracesUrl, traceHeaders, timeoutMs }: OtelSettings): BatchSpanProcessor | null {
  if (tracesUrl === null) return null;
  const exporter = new OTLPTraceExporter({ url: tracesUrl, headers: traceHeaders, timeoutMillis: timeoutMs });
  return new BatchSpanProcessor({ exporter, scheduledDelayMillis: BATCH_MS, exportTimeoutMillis: timeoutMs * 2 });
}

function openMeters(options: OtelExporterOptions, resource: Resource): MeterProvider | null {
  const { registry, refresh, version } = options;
  const { metricsUrl, metricHeaders, timeoutMs, metricsEveryMs } = options.settings;
  if (metricsUrl === null) return null;
  const exporter = new OTLPMetricExporter({ url: metricsUrl, headers: metricHeaders, timeoutMillis: timeoutMs });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: metricsEveryMs,
    exportTimeoutMillis: Math.min(timeoutMs, metricsEveryMs),
    ...(registry && refresh
      ? { metricProducers: [createRegistryProducer({ registry, refresh, resource, version })] }
      : {}),
  });
  return new MeterProvider({ resource, readers: [reader] });
}

/** The SDK's complaints, a minute apart: a collector that is away for a night must not fill the log. */
function tellFailures(log: Logger): void {
  let lastMs = -Infinity;
  const tell = (message: string): void => {
    const nowMs = performance.now();
    if (nowMs - lastMs < TELL_EVERY_MS) return;
    lastMs = nowMs;
    log.warn({ problem: message.slice(0, 300) }, "OpenTelemetry does not get through; requests go on, spans are lost");
  };
  const silent = (): void => {};
  diag.setLogger(
    { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
