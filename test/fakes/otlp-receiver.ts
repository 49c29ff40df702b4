/** An OpenTelemetry collector's receiver of OTLP/HTTP in JSON: takes what is sent, checks its form, and keeps it decoded. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

interface KeyValue {
  key: string;
  value: {
    stringValue?: string;
    intValue?: string | number;
    doubleValue?: number;
    boolValue?: boolean;
    arrayValue?: { values: KeyValue["value"][] };
  };
}

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** 2 is a server's, 3 a client's. */
  kind: number;
  /** Microseconds since 1970. */
  startUs: number;
  endUs: number;
  /** 2 is an error. */
  status: number;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
  scope: string;
}

export interface ReceivedMetric {
  name: string;
  unit: string;
  kind: "sum" | "gauge" | "histogram";
  points: {
    attributes: Record<string, unknown>;
    value: number;
    count?: number;
    bounds?: number[];
    buckets?: number[];
  }[];
}

export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  /** The last report. */
  metrics: ReceivedMetric[];
  headers: http.IncomingHttpHeaders[];
  /** Everything that came, as text. */
  raw: string;
  /** From now on it answers with this status. */
  answer(status: number): void;
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  let status = 200;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const packed = Buffer.concat(chunks);
      const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed).toString("utf8");
      receiver.headers.push(request.headers);
      receiver.raw += text;
      if (status === 200 && request.headers["content-type"] !== "application/json") {
        response.writeHead(415).end();
        return;
      }
      if (status === 200) take(request.url ?? "", JSON.parse(text));
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    });
  });
  const take = (path: string, json: Record<string, unknown>): void => {
    if (path.endsWith("/v1/traces")) receiver.spans.push(...spansIn(json));
    else if (path.endsWith("/v1/metrics")) receiver.metrics = metricsIn(json);
    else throw new Error(`nothing is received at ${path}`);
  };
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()));
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    metrics: [],
    headers: [],
    raw: "",
    answer: (next) => {
      status = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

function spansIn(json: Record<string, unknown>): ReceivedSpan[] {
  return list(json["resourceSpans"]).flatMap((ofResource) =>
    list(ofResource["scopeSpans"]).flatMap((ofScope) =>
      list(ofScope["spans"]).map((span) => ({
        traceId: hex(span["traceId"], 32),
        spanId: hex(span["spanId"], 16),
        parentSpanId: span["parentSpanId"] ? hex(span["parentSpanId"], 16) : "",
        name: String(span["name"]),
        kind: Number(span["kind"]),
        startUs: microseconds(span["startTimeUnixNano"]),
        endUs: microseconds(span["endTimeUnixNano"]),
        status: (span["status"] as { code?: number } | undefined)?.code ?? 0,
        attributes: attributesOf(span["attributes"]),
        resource: attributesOf((ofResource["resource"] as Record<string, unknown>)["attributes"]),
        scope: String((ofScope["scope"] as Record<string, unknown>)["name"]),
      })),
    ),
  );
}

function metricsIn(json: Record<string, unknown>): ReceivedMetric[] {
  return list(json["resourceMetrics"]).flatMap((ofResource) =>
    list(ofResource["scopeMetrics"]).flatMap((ofScope) => list(ofScope["metrics"]).map(metricOf)),
  );
}

function metricOf(metric: Record<string, unknown>): ReceivedMetric {
  const kind = (["sum", "gauge", "histogram"] as const).find((each) => metric[each] !== undefined);
  if (kind === undefined) throw new Error(`the metric ${String(metric["name"])} is of no known kind`);
  const { dataPoints } = metric[kind] as { dataPoints: unknown };
  return {
    name: String(metric["name"]),
    unit: String(metric["unit"]),
    kind,
    points: list(dataPoints).map((point) => ({
      attributes: attributesOf(point["attributes"]),
      value: Number(point["asDouble"] ?? point["asInt"] ?? point["sum"]),
      ...(kind === "histogram"
        ? {
            count: Number(point["count"]),
            bounds: point["explicitBounds"] as number[],
            buckets: (point["bucketCounts"] as (string | number)[]).map(Number),
          }
        : {}),
    })),
  };
}

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);

function attributesOf(value: unknown): Record<string, unknown> {
  return Object.fromEntries((list(value) as unknown as KeyValue[]).map(({ key, value: held }) => [key, valueOf(held)]));
}

function valueOf(held: KeyValue["value"]): unknown {
  if (held.arrayValue) return held.arrayValue.values.map(valueOf);
  return held.stringValue ?? held.boolValue ?? held.doubleValue ?? Number(held.intValue);
}

function hex(value: unknown, length: number): string {
  const text = String(value);
  if (!/^[\da-f]+$/.test(text) || text.length !== length) throw new Error(`${text} is no id of ${length} hex digits`);
  return text;
}

const microseconds = (value: unknown): number => Number(BigInt(String(value)) / 1_000n);
