/** OpenTelemetry by our own names and by the variables that every OpenTelemetry program knows; ours come first. */
import { readSecret, type SecretSource } from "./read-secret.ts";
import type { OtelSettings } from "./telemetry-types.ts";

const STANDARD_NAME = "tokligence-gateway";
const STANDARD_INTERVAL_MS = 60_000;
const STANDARD_TIMEOUT_MS = 10_000;

/** Null where there is no collector, or nothing to tell it. */
export function otelOf(source: SecretSource): OtelSettings | null {
  const { values, env } = source;
  const said = (name: string): string | null => env[name]?.trim() || null;
  if (said("OTEL_SDK_DISABLED")?.toLowerCase() === "true") return null;
  const own = values.text("otel_endpoint");
  const urlOf = (signal: "TRACES" | "METRICS"): string | null => {
    if (!values.flag(`otel_${signal.toLowerCase()}`, true)) return null;
    if (said(`OTEL_${signal}_EXPORTER`) === "none") return null;
    // The general address is a folder, one for a signal is used as it is: so the standard has it.
    const exact = own === null ? usable(source, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) : null;
    if (exact !== null) return exact;
    const base = own ?? usable(source, "OTEL_EXPORTER_OTLP_ENDPOINT");
    return base === null ? null : `${base.replace(/\/+$/, "")}/v1/${signal.toLowerCase()}`;
  };
  const tracesUrl = urlOf("TRACES");
  const metricsUrl = urlOf("METRICS");
  if (tracesUrl === null && metricsUrl === null) return null;
  tellProtocol(source);
  const headers = readSecret(source, "otel_headers");
  const headersOf = (signal: string): Record<string, string> =>
    pairsOf(headers ?? said(`OTEL_EXPORTER_OTLP_${signal}_HEADERS`) ?? said("OTEL_EXPORTER_OTLP_HEADERS") ?? "");
  const resource = pairsOf(said("OTEL_RESOURCE_ATTRIBUTES") ?? "");
  return {
    tracesUrl,
    metricsUrl,
    traceHeaders: headersOf("TRACES"),
    metricHeaders: headersOf("METRICS"),
    serviceName: said("OTEL_SERVICE_NAME") ?? resource["service.name"] ?? STANDARD_NAME,
    resource,
    ...samplingOf(source),
    metricsEveryMs: millisecondsOf(said("OTEL_METRIC_EXPORT_INTERVAL"), STANDARD_INTERVAL_MS),
    timeoutMs: millisecondsOf(said("OTEL_EXPORTER_OTLP_TIMEOUT"), STANDARD_TIMEOUT_MS),
    capturesContent: values.flag(
      "otel_capture_content",
      said("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")?.toLowerCase() === "true",
    ),
  };
}

function samplingOf({ values, env }: SecretSource): Pick<OtelSettings, "sampleShare" | "followsParent"> {
  const sampler = env["OTEL_TRACES_SAMPLER"]?.trim() ?? "";
  const given = Number(env["OTEL_TRACES_SAMPLER_ARG"]?.trim() || "1");
  const share = sampler.endsWith("always_off") ? 0 : sampler.endsWith("traceidratio") ? given : 1;
  const isOwn = values.layered("otel_sample_percent") !== null;
  return {
    sampleShare: isOwn ? values.number("otel_sample_percent", 100) / 100 : share >= 0 && share <= 1 ? share : 1,
    followsParent: isOwn || sampler === "" || sampler.startsWith("parentbased_"),
  };
}

/** An address of the environment that is none is a notice: the gateway starts without it. */
function usable({ layers, env }: SecretSource, name: string): string | null {
  const text = env[name]?.trim() ?? "";
  if (text === "") return null;
  if (/^https?:\/\/./i.test(text) && URL.canParse(text)) return text;
  layers.notices.push({ where: `env ${name}`, text: "is no http(s) address, so nothing is sent there" });
  return null;
}

function tellProtocol({ layers, env }: SecretSource): void {
  const wanted = env["OTEL_EXPORTER_OTLP_PROTOCOL"]?.trim() ?? "";
  if (wanted === "" || wanted === "http/json") return;
  layers.notices.push({
    where: "env OTEL_EXPORTER_OTLP_PROTOCOL",
    text: "only http/json is spoken; collectors take it on the same port as http/protobuf",
  });
}

/** As `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_RESOURCE_ATTRIBUTES` are written. */
function pairsOf(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const mark = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, mark)).trim();
    if (name !== "") pairs[name] = decode(pair.slice(mark + 1).trim());
  }
  return pairs;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function millisecondsOf(text: string | null, standard: number): number {
  const value = Number(text ?? "");
  return Number.isInteger(value) && value > 0 ? value : standard;
}
