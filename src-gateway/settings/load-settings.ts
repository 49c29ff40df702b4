/**
 * The settings of one run: code defaults, `config/setting.ini`, `config/<environment>/gateway.ini`, environment, flags.
 * `settings/` is the only reader of configuration files and environment; everybody else is given values.
 */
import { join } from "node:path";
import { admissionOf } from "./admission.ts";
import { auditSettingsOf } from "./audit-settings.ts";
import { authSecretOf } from "./auth-secret.ts";
import { isPostgres } from "./check-value.ts";
import { clickHouseOf } from "./clickhouse-settings.ts";
import { configurationSettingsOf } from "./configuration-settings.ts";
import { diskSettingsOf } from "./disk-settings.ts";
import { type FoundFiles, findFiles } from "./find-files.ts";
import { hookSettingsOf } from "./hook-settings.ts";
import { inlineConfig } from "./inline-config.ts";
import { addEnvironment, addFlag, addIniFile, type Layers, newLayers } from "./layers.ts";
import { listenersOf } from "./listeners.ts";
import { logSettingsOf } from "./log-bodies.ts";
import { networkSettingsOf } from "./network-settings.ts";
import { ownCountSettingsOf } from "./own-count-settings.ts";
import { poolSettingsOf } from "./pool-settings.ts";
import { priceSettingsOf } from "./price-settings.ts";
import { redisOf } from "./redis-settings.ts";
import { runawaySettingsOf } from "./runaway-settings.ts";
import { signInSettingsOf } from "./sign-in-settings.ts";
import { telemetrySettingsOf, updateSettingsOf } from "./telemetry-settings.ts";
import { checkValues, expandPath, explain, type Places, type TypedValues } from "./typed-values.ts";
import {
  type HealthSettings,
  type RetryJoinSettings,
  type Settings,
  SettingsError,
  type TimeoutSettings,
} from "./types.ts";

interface LoadSettingsInput {
  env: Readonly<Record<string, string | undefined>>;
  argv: { configFile?: string; host?: string; port?: number; dataDir?: string };
  cwd: string;
  homeDir: string;
}

const STANDARD_DATA_DIR = "~/.tokligence";

/** @throws SettingsError with every problem that was found. */
export function loadSettings(input: LoadSettingsInput): Settings {
  const { env, argv, cwd, homeDir } = input;
  const places = { cwd, homeDir };
  const layers = newLayers();
  const files = addFiles(layers, input);
  addEnvironment(layers, env);
  addFlag(layers, "host", "--host", argv.host);
  addFlag(layers, "facade_port", "--port", argv.port?.toString());
  addFlag(layers, "data_dir", "--data-dir", argv.dataDir);

  const values = checkValues(layers, places);
  const dataDir = values.path("data_dir") ?? expandPath(STANDARD_DATA_DIR, places);
  const ledgerUrl = databaseUrl(values, "ledger_path", places) ?? join(dataDir, "ledger.db");
  const listeners = listenersOf(layers, values);
  const maxBodyBytes = values.number("max_body_bytes", 64 * 1024 * 1024);
  const settings: Settings = {
    environment: (values.text("environment") ?? "dev") as Settings["environment"],
    dataDir,
    configFile: files?.configFile(dataDir) ?? null,
    listeners,
    allowedHosts: values.list("allowed_hosts") ?? [],
    allowedOrigins: (values.list("allowed_origins") ?? []).map((origin) => origin.replace(/\/$/, "")),
    ledgerUrl,
    identityUrl: databaseUrl(values, "identity_path", places) ?? ledgerUrl,
    pool: poolSettingsOf(values),
    adminEmail: values.text("admin_email") ?? "admin@local",
    signIn: signInSettingsOf(layers, values, places),
    authDisabled: values.flag("auth_disabled", false),
    authSecret: authSecretOf({ layers, values, env, places }),
    statementKeyFile: values.path("statement_key_file"),
    logLevel: (values.text("log_level") ?? "info") as Settings["logLevel"],
    logFile: values.path("log_file_daemon") ?? values.path("log_file"),
    logFileCli: values.path("log_file_cli"),
    maxBodyBytes,
    timeouts: timeoutsOf(values),
    health: healthOf(values),
    onClientAbort: (values.text("on_client_abort") ?? "abort") as Settings["onClientAbort"],
    workMode: (values.text("work_mode") ?? "auto") as Settings["workMode"],
    admission: admissionOf(layers, values, maxBodyBytes),
    retry: retryOf(values),
    retryJoin: retryJoinOf(values),
    redis: redisOf({ layers, values, env, places }),
    responsesWebsocket: values.flag("responses_websocket", true),
    responsesKeepDays: values.number("responses_keep_days", 30),
    requestLog: logSettingsOf(layers, values),
    ownCounts: ownCountSettingsOf(values),
    audit: auditSettingsOf(values),
    telemetry: telemetrySettingsOf({ layers, values, env, places }),
    updates: updateSettingsOf({ values, env }),
    configuration: configurationSettingsOf({ layers, values, env, places }),
    disk: diskSettingsOf(values),
    network: networkSettingsOf({ layers, values, env, places }),
    runaway: runawaySettingsOf(layers, values),
    hooks: hookSettingsOf({ layers, values, env, places }),
    prices: priceSettingsOf(values),
    clickhouse: clickHouseOf({ layers, values, env, places }),
    inline: inlineConfig({ layers, values, env, places, listeners }),
    explained: explain(layers),
    notices: layers.notices,
  };
  if (settings.authDisabled) {
    layers.notices.push({
      where: values.where("auth_disabled"),
      text: "authentication is off: whoever reaches the gateway can spend your keys",
    });
  }
  if (layers.problems.length > 0) throw new SettingsError(layers.problems);
  return settings;
}

const retryOf = (values: TypedValues): Settings["retry"] => ({
  maxAttempts: values.number("max_attempts", 4),
  totalMs: values.number("total_timeout_ms", 3_600_000),
  maxWaitMs: values.number("max_wait_ms", 60_000),
  baseMs: values.number("retry_base_ms", 250),
  maxMs: values.number("retry_max_ms", 8_000),
});

/** The two layers of INI files. Null when the file that was named cannot be used, which is a problem already. */
function addFiles(layers: Layers, { env, argv, cwd, homeDir }: LoadSettingsInput): FoundFiles | null {
  const places: Places = { cwd, homeDir };
  const dataDir = expandPath(argv.dataDir || env["TOKLIGENCE_DATA_DIR"]?.trim() || STANDARD_DATA_DIR, places);
  let files: FoundFiles;
  try {
    files = findFiles(argv.configFile, dataDir, places);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    layers.problems.push(...error.problems);
    return null;
  }
  if (files.settingFile)
    addIniFile(layers, files.settingFile.path, files.settingFile.isNamed ? "named" : "setting.ini");
  // The environment decides which file is read, so it is needed before its own layer is.
  const early = newLayers();
  addEnvironment(early, env);
  const environment =
    (early.values.get("environment") ?? layers.values.get("environment"))?.text.toLowerCase() ?? "dev";
  const overlay = ["dev", "test", "live"].includes(environment) ? files.overlay(environment) : null;
  if (overlay !== null) addIniFile(layers, overlay, "overlay");
  return files;
}

function databaseUrl(values: TypedValues, key: string, places: Places): string | null {
  const text = values.text(key);
  return text === null || isPostgres(text) ? text : expandPath(text, places);
}

function timeoutsOf(values: TypedValues): TimeoutSettings {
  return {
    connectMs: values.number("connect_timeout_ms", 10_000),
    firstByteMs: values.number("first_byte_timeout_ms", 600_000),
    idleMs: values.number("idle_timeout_ms", 300_000),
    keepAliveMs: values.number("keep_alive_ms", 10_000),
    clientHeadersMs: values.number("client_headers_timeout_ms", 15_000),
    clientBodyMs: values.number("client_body_timeout_ms", 120_000),
    clientStallMs: values.number("client_stall_timeout_ms", 120_000),
    stopDelayMs: values.number("stop_delay_ms", 0),
    drainMs: values.number("drain_ms", 30_000),
  };
}

function healthOf(values: TypedValues): HealthSettings {
  return {
    failures: values.number("circuit_failures", 5),
    openMs: values.number("circuit_open_ms", 10_000),
    maxOpenMs: values.number("circuit_max_open_ms", 300_000),
    keyRestMs: values.number("key_rest_ms", 300_000),
    probeIntervalMs: values.number("probe_interval_ms", 0),
  };
}

function retryJoinOf(values: TypedValues): RetryJoinSettings {
  return {
    isOn: values.flag("retry_join", true),
    runningMs: values.number("retry_join_running_ms", 600_000),
    finishedMs: values.number("retry_join_finished_ms", 60_000),
    graceMs: values.number("retry_join_grace_ms", 0),
    totalBytes: values.number("retry_join_max_bytes", 32 * 1024 * 1024),
  };
}
