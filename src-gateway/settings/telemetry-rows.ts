/** The names of what is told about the gateway. Part of the table of all settings. */
import { settingRow as row, type SettingRow, type SettingType } from "./setting-types.ts";

const flag: SettingType = { is: "flag" };
export const STANDARD_LOG_BYTES = 300 * 1024 * 1024;
export const STANDARD_KEEP = 14;
export const STANDARD_MODELS = 200;

export const LOG_FILE_ROWS: readonly SettingRow[] = [
  row("access_log", flag, "true", "one line of the log for each request, at level info"),
  row(
    "log_rotate_bytes",
    { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER },
    String(STANDARD_LOG_BYTES),
    "a log file does not grow beyond this; 0 is no limit",
  ),
  row("log_rotate_daily", flag, "true", "a new log file every day"),
  row("log_keep", { is: "number", min: 0, max: 10_000 }, String(STANDARD_KEEP), "old log files that stay; 0 keeps all"),
  row("log_compress", flag, "true", "old log files are packed with gzip"),
  row("gateway_headers", flag, "true", "answers carry `x-gateway-provider` and `x-gateway-overhead-ms`"),
];

export const METRICS_ROWS: readonly SettingRow[] = [
  row("metrics", flag, "true", "measures for Prometheus at `/metrics`"),
  row("metrics_token", { is: "secret" }, "none", "what Prometheus has to show as a Bearer token, also on loopback"),
  row(
    "metrics_port",
    { is: "port" },
    "none",
    "a listener of its own for `/metrics`, which is then served nowhere else",
  ),
  row("metrics_host", { is: "host" }, "the same as host", "the address of that listener"),
  row(
    "metrics_max_models",
    { is: "number", min: 1, max: 10_000 },
    String(STANDARD_MODELS),
    "models with a name of their own in the metrics; those that come later are counted together",
  ),
];

export const UPDATE_ROWS: readonly SettingRow[] = [
  row(
    "update_check_enabled",
    flag,
    "true",
    "asks `base_url` once a day for a new version; see [privacy](privacy.md) for what is sent",
  ),
  row("telemetry_enabled", flag, "true", "the same question under its earlier name: false switches it off"),
  row("marketplace_enabled", flag, "true", "false switches off everything that goes to `base_url`"),
  row("base_url", { is: "url" }, "none", "the marketplace: nobody is asked while there is none", {
    oldEnv: ["TOKLIGENCE_TOKEN_EXCHANGE_BASE_URL"],
  }),
];

export const OTEL_ROWS: readonly SettingRow[] = [
  row("otel_endpoint", { is: "url" }, "`OTEL_EXPORTER_OTLP_ENDPOINT`", "an OpenTelemetry collector's OTLP over HTTP"),
  row(
    "otel_headers",
    { is: "secret" },
    "`OTEL_EXPORTER_OTLP_HEADERS`",
    "what it is sent besides: `name=value,name=value`",
  ),
  row("otel_traces", flag, "true", "sends traces, where there is a collector"),
  row("otel_metrics", flag, "true", "sends metrics, where there is a collector"),
  row(
    "otel_sample_percent",
    { is: "number", min: 0, max: 100 },
    "100",
    "of the traces that begin here; where a client has begun one, its decision counts",
  ),
  row("otel_capture_content", flag, "false", "puts what was asked and answered into the traces, without secrets"),
  row("otel_propagate", flag, "false", "sends `traceparent` to providers"),
];
