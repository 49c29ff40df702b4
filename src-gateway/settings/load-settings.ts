/**
 * The settings of one run: code defaults, `config/setting.ini`, `config/<environment>/gateway.ini`, environment, flags.
 * `settings/` is the only reader of configuration files and environment; everybody else is given values.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inlineConfig } from "./inline-config.ts";
import { addEnvironment, addFlag, addIniFile, type Layers, newLayers } from "./layers.ts";
import { listenersOf } from "./listeners.ts";
import { checkValues, expandPath, explain, type TypedValues } from "./typed-values.ts";
import { type Settings, SettingsError, type TimeoutSettings } from "./types.ts";

export interface LoadSettingsInput {
  env: Readonly<Record<string, string | undefined>>;
  argv: { configFile?: string; host?: string; port?: number; dataDir?: string };
  cwd: string;
  homeDir: string;
}

/** Was printed in the earlier gateway's source, so it protects nothing. */
const KNOWN_SECRET = "tokligence-dev-secret";

/** @throws SettingsError with every problem that was found. */
export function loadSettings(input: LoadSettingsInput): Settings {
  const { env, argv, cwd, homeDir } = input;
  const context = { cwd, homeDir };
  const layers = newLayers();
  const files = findFiles(input);

  if (files.settingFile) addIniFile(layers, files.settingFile, files.isSettingFileRequired);
  const environment = env["TOKLIGENCE_ENVIRONMENT"] ?? env["TOKLIGENCE_ENV"] ?? layers.values.get("environment")?.text ?? "dev";
  if (files.configDir && /^\w+$/.test(environment)) addIniFile(layers, join(files.configDir, environment, "gateway.ini"), false);
  addEnvironment(layers, env);
  addFlag(layers, "host", "--host", argv.host);
  addFlag(layers, "facade_port", "--port", argv.port?.toString());
  addFlag(layers, "data_dir", "--data-dir", argv.dataDir);

  const values = checkValues(layers, context);
  const dataDir = values.path("data_dir") ?? expandPath("~/.tokligence", context);
  const ledgerUrl = databaseUrl(values, "ledger_path", context) ?? join(dataDir, "ledger.db");
  const settings: Settings = {
    environment: (values.text("environment") ?? "dev") as Settings["environment"],
    dataDir,
    configFile: files.configFile,
    listeners: listenersOf(values),
    allowedHosts: values.list("allowed_hosts") ?? [],
    allowedOrigins: values.list("allowed_origins") ?? [],
    ledgerUrl,
    identityUrl: databaseUrl(values, "identity_path", context) ?? ledgerUrl,
    adminEmail: values.text("admin_email") ?? "admin@local",
    authDisabled: values.flag("auth_disabled", false),
    authSecret: values.text("auth_secret"),
    logLevel: (values.text("log_level") ?? "info") as Settings["logLevel"],
    logFile: values.path("log_file"),
    maxBodyBytes: values.number("max_body_bytes", 64 * 1024 * 1024),
    timeouts: timeoutsOf(values),
    onClientAbort: (values.text("on_client_abort") ?? "abort") as Settings["onClientAbort"],
    inline: inlineConfig(layers, values, env, context),
    explained: explain(layers),
    notices: layers.notices,
  };
  checkMeaning(settings, layers, values);
  if (layers.problems.length > 0) throw new SettingsError(layers.problems);
  return settings;
}

interface Files {
  configDir: string | null;
  settingFile: string | null;
  isSettingFileRequired: boolean;
  configFile: string | null;
}

/** Where the files are: `./config` of a checkout, else `config` in the data folder; a file that was named comes first. */
function findFiles({ env, argv, cwd, homeDir }: LoadSettingsInput): Files {
  const context = { cwd, homeDir };
  const dataDir = expandPath(argv.dataDir ?? env["TOKLIGENCE_DATA_DIR"] ?? "~/.tokligence", context);
  const marks = ["setting.ini", "settings.ini", "gateway.yaml", "gateway.yml", "gateway.json"];
  const configDir = [join(cwd, "config"), join(dataDir, "config")].find((dir) => marks.some((mark) => existsSync(join(dir, mark)))) ?? null;
  const named = argv.configFile === undefined ? null : expandPath(argv.configFile, context);
  const namesSettings = named !== null && /\.ini$/i.test(named);
  const inDirs = (names: string[]): string | null =>
    [configDir, dataDir].flatMap((dir) => (dir === null ? [] : names.map((name) => join(dir, name)))).find((path) => existsSync(path)) ?? null;
  return {
    configDir,
    settingFile: namesSettings ? named : configDir === null ? null : (["setting.ini", "settings.ini"].map((name) => join(configDir, name)).find((path) => existsSync(path)) ?? null),
    isSettingFileRequired: namesSettings,
    configFile: named !== null && !namesSettings ? named : inDirs(["gateway.yaml", "gateway.yml", "gateway.json"]),
  };
}

function databaseUrl(values: TypedValues, key: string, context: { cwd: string; homeDir: string }): string | null {
  const text = values.text(key);
  if (text === null) return null;
  return /^postgres(?:ql)?:\/\//.test(text) ? text : expandPath(text, context);
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
    drainMs: values.number("drain_ms", 30_000),
  };
}

/** What no single value shows. */
function checkMeaning(settings: Settings, layers: Layers, values: TypedValues): void {
  const refuse = (key: string, problem: string, hint: string): void => {
    layers.problems.push({ where: values.where(key)?.where ?? "default", key, problem, hint });
  };
  if (settings.authSecret === KNOWN_SECRET) refuse("auth_secret", "this value is publicly known", "leave it out, and the gateway makes its own");
  else if (settings.authSecret !== null && settings.authSecret.length < 32) refuse("auth_secret", "it is shorter than 32 characters", "for example: openssl rand -base64 32");
  if (settings.listeners.length === 0) refuse("enable_facade", "nothing would be listened on", "allowed: enable_facade = true, or multiport_mode = true");
  if (settings.authDisabled) {
    layers.notices.push({ where: values.where("auth_disabled")?.where ?? "default", text: "authentication is off: whoever reaches the gateway can spend your keys" });
  }
  for (const origin of settings.allowedOrigins) {
    if (!/^https?:\/\/[^/\s]+\/?$/i.test(origin)) refuse("allowed_origins", `"${origin}" is no origin`, "such as https://console.example");
  }
}
