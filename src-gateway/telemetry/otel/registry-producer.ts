/** The gateway's own metrics for an OpenTelemetry collector: the same numbers that Prometheus reads. */
import { type Attributes, type HrTime, ValueType } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import type { MetricRegistry, MetricSnapshot, Sample } from "../metrics/registry.ts";

export function createRegistryProducer(options: {
  registry: MetricRegistry;
  refresh: () => Promise<void>;
  resource: Resource;
  version: string;
}): MetricProducer {
  const startTime = hrNow();
  return {
    async collect() {
      await options.refresh();
      const endTime = hrNow();
      const metrics = options.registry.snapshot().map((metric) => metricData(metric, startTime, endTime));
      const scope = { name: "tokligence-gateway", version: options.version };
      return { resourceMetrics: { resource: options.resource, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}

function metricData(metric: MetricSnapshot, startTime: HrTime, endTime: HrTime): MetricData {
  const base = {
    descriptor: {
      name: metric.name,
      description: metric.help,
      unit: metric.name.includes("_seconds") ? "s" : metric.name.includes("_bytes") ? "By" : "1",
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const point = <Value>(sample: Sample, value: Value): DataPoint<Value> => ({
    startTime,
    endTime,
    attributes: attributesOf(metric, sample),
    value,
  });
  if (metric.type === "histogram") {
    const dataPoints = metric.samples.map((sample) => point(sample, histogramOf(metric, sample)));
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = metric.samples.map((sample) => point(sample, sample.value));
  return metric.type === "counter"
    ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}

function histogramOf({ bounds }: MetricSnapshot, { histogram }: Sample): Histogram {
  const { counts = [], count = 0, sum = 0 } = histogram ?? {};
  return { buckets: { boundaries: [...bounds], counts }, count, sum };
}

const attributesOf = ({ labelNames }: MetricSnapshot, { labels }: Sample): Attributes =>
  Object.fromEntries(labelNames.map((name, place) => [name, labels[place] ?? ""]));

function hrNow(): HrTime {
  const ms = Date.now();
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}
