/** The settings of log files, headers, metrics and the daily question after new versions. */

import { otelOf } from "./otel-settings.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";
import { STANDARD_KEEP, STANDARD_LOG_BYTES, STANDARD_MODELS } from "./telemetry-rows.ts";
import type { MetricsSettings, TelemetrySettings, UpdateSettings } from "./telemetry-types.ts";

const MIN_TOKEN = 16;

export function telemetrySettingsOf(source: SecretSource): TelemetrySettings {
  const { values } = source;
  return {
    accessLog: values.flag("access_log", true),
    rotation: {
      maxBytes: values.number("log_rotate_bytes", STANDARD_LOG_BYTES),
      daily: values.flag("log_rotate_daily", true),
      keep: values.number("log_keep", STANDARD_KEEP),
      compress: values.flag("log_compress", true),
    },
    gatewayHeaders: values.flag("gateway_headers", true),
    metrics: metricsOf(source),
    otel: otelOf(source),
    propagatesTrace: values.flag("otel_propagate", false),
  };
}

function metricsOf(source: SecretSource): MetricsSettings | null {
  const { layers, values } = source;
  const token = readSecret(source, "metrics_token");
  if (token !== null && token.length < MIN_TOKEN) {
    layers.problems.push({
      where: values.where("metrics_token"),
      key: "metrics_token",
      problem: `is shorter than ${MIN_TOKEN} characters`,
      hint: "for example: openssl rand -hex 24; or env:NAME, file:PATH",
    });
  }
  return values.flag("metrics", true)
    ? { token, maxModels: values.number("metrics_max_models", STANDARD_MODELS) }
    : null;
}

const SWITCHES = ["marketplace_enabled", "telemetry_enabled", "update_check_enabled"] as const;

export function updateSettingsOf({ values, env }: Pick<SecretSource, "values" | "env">): UpdateSettings {
  const off = SWITCHES.find((key) => !values.flag(key, true));
  if (off !== undefined) return { baseUrl: null, offBecause: `${off} is false`, isUnwanted: true };
  // What many programs agree on for those who want none of this anywhere.
  if (/^(?:1|true|yes)$/i.test(env["DO_NOT_TRACK"]?.trim() ?? ""))
    return { baseUrl: null, offBecause: "DO_NOT_TRACK is set", isUnwanted: true };
  const baseUrl = values.text("base_url");
  if (baseUrl === null) return { baseUrl: null, offBecause: "base_url is not set", isUnwanted: false };
  return { baseUrl: baseUrl.replace(/\/+$/, ""), offBecause: null, isUnwanted: false };
}
