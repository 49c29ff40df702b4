/** What is told about the gateway, to whom: its log, metrics, traces, and the question after new versions. */
export interface LogRotationSettings {
  /** A log file does not grow beyond this; 0 is no limit. */
  maxBytes: number;
  daily: boolean;
  /** Old files that stay; 0 is all. */
  keep: number;
  compress: boolean;
}

export interface MetricsSettings {
  /** Asked of everybody who reads the metrics, on loopback too; null asks strangers for a key with the right. */
  token: string | null;
  /** Different models that have a name of their own in the metrics. */
  maxModels: number;
}

/** Where OpenTelemetry goes. */
export interface OtelSettings {
  /** Addresses of a collector's OTLP over HTTP; null sends no signal of this kind. */
  tracesUrl: string | null;
  metricsUrl: string | null;
  /** May hold a credential. */
  traceHeaders: Record<string, string>;
  metricHeaders: Record<string, string>;
  serviceName: string;
  resource: Record<string, string>;
  /** Of the traces that begin here, from 0 to 1. */
  sampleShare: number;
  /** Whether a client's own decision about its trace counts. */
  followsParent: boolean;
  metricsEveryMs: number;
  timeoutMs: number;
  /** What was asked and answered goes into the spans. */
  capturesContent: boolean;
}

export interface TelemetrySettings {
  accessLog: boolean;
  rotation: LogRotationSettings;
  /** Answers say which provider gave them and what the gateway took of the time. */
  gatewayHeaders: boolean;
  /** Null measures nothing. */
  metrics: MetricsSettings | null;
  /** Null loads and does nothing. */
  otel: OtelSettings | null;
  /** Providers are told the trace of a request. */
  propagatesTrace: boolean;
}

/** Where new versions are asked for, once a day. */
export interface UpdateSettings {
  /** Null asks nobody. */
  baseUrl: string | null;
  /** In words for the operator: why nobody is asked; null when somebody is. */
  offBecause: string | null;
  /** The operator wants nobody to be asked, wherever that would be; not only that there is no address. */
  isUnwanted: boolean;
}
