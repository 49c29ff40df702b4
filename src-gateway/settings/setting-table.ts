/**
 * Every setting by name: what it may hold, and what it is when nobody sets it. Names that the earlier gateway documented
 * are all here or among those without effect, so nobody's file breaks.
 */

import { AUDIT_ROWS } from "./audit-settings.ts";
import { CLICKHOUSE_ROWS } from "./clickhouse-rows.ts";
import { CONFIGURATION_ROWS } from "./configuration-rows.ts";
import { DISK_ROWS } from "./disk-settings.ts";
import { HOOK_ROWS } from "./hook-rows.ts";
import { LIMIT_SETTINGS } from "./limit-table.ts";
import { LOG_SETTINGS } from "./log-setting-rows.ts";
import { NETWORK_ROWS } from "./network-rows.ts";
import { OWN_COUNT_ROWS } from "./own-count-settings.ts";
import { POOL_ROWS } from "./pool-settings.ts";
import { PRICE_ROWS } from "./price-settings.ts";
import { RUNAWAY_ROWS } from "./runaway-settings.ts";
import { settingRow as row, type SettingRow, type SettingType } from "./setting-types.ts";
import { SETTINGS_WITHOUT_EFFECT } from "./settings-without-effect.ts";
import { SIGN_IN_ROWS } from "./sign-in-settings.ts";
import { LOG_FILE_ROWS, METRICS_ROWS, OTEL_ROWS, UPDATE_ROWS } from "./telemetry-rows.ts";
import { ENDPOINT_KEYS, type EndpointKey } from "./types.ts";

const text: SettingType = { is: "text" };
const path: SettingType = { is: "path" };
const database: SettingType = { is: "database" };
const key: SettingType = { is: "key" };
const url: SettingType = { is: "url" };
const flag: SettingType = { is: "flag" };
const port: SettingType = { is: "port" };
const pairs: SettingType = { is: "pairs" };
const choice = (...values: string[]): SettingType => ({ is: "choice", values });
const ms = (min: number, max: number): SettingType => ({ is: "number", min, max });
const HOUR = 3_600_000;

/** The endpoint groups, and the other names that the earlier gateway took for them. */
export const ENDPOINT_ALIASES: Readonly<Record<string, EndpointKey>> = {
  ...Object.fromEntries(ENDPOINT_KEYS.map((name) => [name, name])),
  openai: "openai_core",
  "openai-chat": "openai_core",
  openai_default: "openai_core",
  responses: "openai_responses",
  gemini: "gemini_native",
  status: "health",
};
const endpoints: SettingType = { is: "list", of: Object.keys(ENDPOINT_ALIASES) };

const PLACES: readonly SettingRow[] = [
  row(
    "environment",
    choice("dev", "test", "live"),
    "dev",
    "which overlay is read: `config/<environment>/gateway.ini`",
    {
      env: "TOKLIGENCE_ENV",
    },
  ),
  row("data_dir", path, "~/.tokligence", "the folder for the database and all other state"),
  row("ledger_path", database, "<data_dir>/ledger.db", "the database: a file, or a `postgres://` address"),
  row("identity_path", database, "the same as ledger_path", "the database for users and keys, when it is another one"),
  row("log_level", choice("debug", "info", "warn", "error", "silent"), "info", "how much is logged"),
  row("log_file", path, "standard error", "where the daemon logs to"),
  row("log_file_daemon", path, "the same as log_file", "the same, under a name that comes first where both are set"),
  row("log_file_cli", path, "standard error", "where the command line logs to"),
];

const ACCESS: readonly SettingRow[] = [
  row("admin_email", { is: "email" }, "admin@local", "the root administrator, made on the first start"),
  row("auth_disabled", flag, "false", "`true` lets everybody in without a key"),
  row(
    "auth_secret",
    { is: "secret" },
    "made on the first start",
    "keys the hashes of client keys; 32 characters or more; gateways that share a database have to share it",
  ),
  row(
    "statement_key_file",
    path,
    "`<data_dir>/statement-key.pem`, made when it is first needed",
    "the Ed25519 key in PEM that signs [statements of the ledger](ledger.md)",
  ),
  row(
    "allowed_hosts",
    { is: "list", of: "host" },
    "none",
    "names, besides loopback names, that requests may be sent to",
  ),
  row(
    "allowed_origins",
    { is: "list", of: "origin" },
    "none",
    "web pages that may call the gateway, such as `https://console.example`",
  ),
];

const LISTENERS: readonly SettingRow[] = [
  row("host", { is: "host" }, "127.0.0.1", "the address to listen on"),
  row("enable_facade", flag, "true", "the listener that serves everything"),
  row("facade_port", port, "8081", "its port; 0 picks a free one"),
  row("facade_endpoints", endpoints, "all", "what it serves"),
  row("multiport_mode", flag, "false", "one more listener for each of the following"),
  row("admin_port", port, "8079", "console and admin API"),
  row("admin_endpoints", endpoints, "admin, health, metrics", "what this port serves"),
  row("openai_port", port, "8082", "OpenAI's protocols"),
  row("openai_endpoints", endpoints, "openai_core, openai_responses, health", "what this port serves"),
  row("anthropic_port", port, "8083", "Anthropic's protocol"),
  row("anthropic_endpoints", endpoints, "anthropic, health", "what this port serves"),
  row("gemini_port", port, "8084", "Gemini's protocol"),
  row("gemini_endpoints", endpoints, "gemini_native, health", "what this port serves"),
];

const LIMITS: readonly SettingRow[] = [
  row("max_body_bytes", ms(1024, 1_073_741_824), "67108864", "the largest request body, in bytes, decompressed"),
  row("connect_timeout_ms", ms(100, 600_000), "10000", "for reaching a provider"),
  row("first_byte_timeout_ms", ms(100, HOUR), "600000", "for a provider's first byte"),
  row("idle_timeout_ms", ms(100, HOUR), "300000", "between two bytes of a provider's answer"),
  row("keep_alive_ms", ms(1, 15_000), "10000", "silence after which a streaming client gets a sign of life"),
  row("client_headers_timeout_ms", ms(100, 600_000), "15000", "for a client's headers"),
  row("client_body_timeout_ms", ms(100, HOUR), "120000", "for a client's body"),
  row("client_stall_timeout_ms", ms(100, HOUR), "120000", "how long a client may leave its answer unread"),
  row("total_timeout_ms", ms(100, 24 * HOUR), "3600000", "for a whole request, however many attempts it takes"),
  row("max_attempts", ms(1, 20), "4", "attempts at providers for one request, the first one included"),
  row("max_wait_ms", ms(0, HOUR), "60000", "how long a request waits while every provider has to be left alone"),
  row("retry_base_ms", ms(1, 60_000), "250", "the pause before a second try is drawn from 0 to this, and doubles"),
  row("retry_max_ms", ms(1, 600_000), "8000", "the longest pause that is drawn from"),
  row(
    "stop_delay_ms",
    ms(0, 600_000),
    "0",
    "how long a gateway that is told to stop goes on taking requests, so that a load balancer can turn away from it",
  ),
  row("drain_ms", ms(0, HOUR), "30000", "how long a stop waits for open answers"),
  row(
    "on_client_abort",
    choice("abort", "drain"),
    "abort",
    "stop the provider when its client left, or read on for the usage",
  ),
];

const RETRY_JOIN: readonly SettingRow[] = [
  row(
    "retry_join",
    flag,
    "true",
    "a client that asks the same again is given the answer that is on its way, or was just given",
  ),
  row(
    "retry_join_running_ms",
    ms(0, 24 * HOUR),
    "600000",
    "how long after its start an answer on its way can be joined",
  ),
  row("retry_join_finished_ms", ms(0, HOUR), "60000", "how long a finished answer is kept"),
  row(
    "retry_join_grace_ms",
    ms(0, HOUR),
    "0",
    "how long a provider goes on when its client left, in case it asks again; 0 is as `on_client_abort` says",
  ),
  row(
    "retry_join_max_bytes",
    { is: "number", min: 0, max: 8_589_934_592 },
    "33554432",
    "of all answers that are kept; one longer than 4 MiB is not",
  ),
];

const RESPONSES: readonly SettingRow[] = [
  row("responses_websocket", flag, "true", "lets clients of Responses speak over WebSockets; Codex does"),
  row(
    "responses_keep_days",
    { is: "number", min: 0, max: 3650 },
    "30",
    "how long answers are kept for `previous_response_id`; 0 keeps none",
  ),
];

const PROVIDERS: readonly SettingRow[] = [
  row(
    "work_mode",
    choice("auto", "passthrough", "translation"),
    "auto",
    "relay where the provider speaks the client's protocol and translate where not; or only relay; or always translate",
  ),
  row("routes", pairs, "none", "`pattern=provider` pairs, separated by commas"),
  row("model_provider_routes", pairs, "none", "the same; `routes` comes first"),
  row("model_aliases", pairs, "none", "`alias=model` pairs, separated by commas"),
  row("model_aliases_file", path, "none", "a file of such pairs, one a line; read at the start"),
  row("model_aliases_dir", path, "none", "a folder of such files"),
  row("openai_api_key", key, "`OPENAI_API_KEY`", "OpenAI's key; in a file only as a reference"),
  row("openai_base_url", url, "`OPENAI_BASE_URL`", "another address for OpenAI"),
  row("openai_org", text, "none", "sent to OpenAI as `openai-organization`"),
  row("anthropic_api_key", key, "`ANTHROPIC_API_KEY`", "Anthropic's key; in a file only as a reference"),
  row("anthropic_base_url", url, "`ANTHROPIC_BASE_URL`", "another address for Anthropic"),
  row("anthropic_version", text, "the client's", "sent to Anthropic as `anthropic-version`"),
  row("gemini_api_key", key, "`GEMINI_API_KEY`", "Google's key; in a file only as a reference"),
  row("gemini_base_url", url, "`GEMINI_BASE_URL`", "another address for Gemini"),
];

export const SETTINGS: readonly SettingRow[] = [
  ...PLACES,
  ...LOG_FILE_ROWS,
  ...METRICS_ROWS,
  ...OTEL_ROWS,
  ...UPDATE_ROWS,
  ...POOL_ROWS,
  ...ACCESS,
  ...SIGN_IN_ROWS,
  ...LISTENERS,
  ...LIMITS,
  ...LIMIT_SETTINGS,
  ...RETRY_JOIN,
  ...RUNAWAY_ROWS,
  ...AUDIT_ROWS,
  ...RESPONSES,
  ...LOG_SETTINGS,
  ...OWN_COUNT_ROWS,
  ...CONFIGURATION_ROWS,
  ...DISK_ROWS,
  ...NETWORK_ROWS,
  ...PRICE_ROWS,
  ...CLICKHOUSE_ROWS,
  ...HOOK_ROWS,
  ...PROVIDERS,
  ...SETTINGS_WITHOUT_EFFECT,
];
