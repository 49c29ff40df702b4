/**
 * Every setting by name: what it may hold, what it is when nobody sets it, and whether it does anything yet. Names that the
 * earlier gateway documented are all here, so nobody's file breaks.
 */
import { ENDPOINT_KEYS } from "./types.ts";

export type SettingType =
  | { is: "text" }
  | { is: "path" }
  | { is: "secret" }
  | { is: "flag" }
  | { is: "number"; min: number; max: number }
  | { is: "choice"; values: readonly string[] }
  | { is: "list"; values?: readonly string[] }
  | { is: "pairs" };

export interface SettingRow {
  /** The name in INI files; the environment variable is `TOKLIGENCE_` and this in capitals. */
  key: string;
  type: SettingType;
  /** Shown in the documentation; null when there is none. */
  standard: string | null;
  /** One line for the documentation. */
  about: string;
  /** False: recognised and checked, but nothing acts on it in this version. */
  hasEffect: boolean;
  /** Other names of the environment variable, accepted with a notice. */
  oldEnv?: readonly string[];
  /** Other names in INI files, accepted with a notice. */
  oldKeys?: readonly string[];
}

const text: SettingType = { is: "text" };
const path: SettingType = { is: "path" };
const secret: SettingType = { is: "secret" };
const flag: SettingType = { is: "flag" };
const port: SettingType = { is: "number", min: 0, max: 65_535 };
const whole = (min: number, max: number): SettingType => ({ is: "number", min, max });

/** The endpoint groups and the other names that the earlier gateway took for them. */
export const ENDPOINT_ALIASES: Readonly<Record<string, (typeof ENDPOINT_KEYS)[number]>> = {
  ...Object.fromEntries(ENDPOINT_KEYS.map((key) => [key, key])),
  openai: "openai_core",
  "openai-chat": "openai_core",
  openai_default: "openai_core",
  responses: "openai_responses",
  gemini: "gemini_native",
  status: "health",
};
const endpoints: SettingType = { is: "list", values: Object.keys(ENDPOINT_ALIASES) };

const row = (key: string, type: SettingType, standard: string | null, about: string, more: Partial<SettingRow> = {}): SettingRow => ({
  key,
  type,
  standard,
  about,
  hasEffect: true,
  ...more,
});

const ACTIVE: readonly SettingRow[] = [
  row("environment", { is: "choice", values: ["dev", "test", "live"] }, "dev", "which overlay is read: config/<environment>/gateway.ini", { oldEnv: ["TOKLIGENCE_ENV"] }),
  row("data_dir", path, "~/.tokligence", "the folder for the database and all other state"),
  row("ledger_path", path, "<data_dir>/ledger.db", "the database: a file, or a postgres:// address", { oldEnv: ["DB_PATH"] }),
  row("identity_path", path, "the ledger's", "the database for users and keys, when it is another one"),
  row("admin_email", text, "admin@local", "the root administrator, made on the first start"),
  row("auth_disabled", flag, "false", "true lets everybody in without a key"),
  row("auth_secret", secret, "made on the first start", "keys the hashes of client keys; at least 32 characters"),
  row("log_level", { is: "choice", values: ["debug", "info", "warn", "error", "silent"] }, "info", "how much is logged"),
  row("log_file", path, "standard error", "where the daemon logs to", { oldKeys: ["log_file_daemon"], oldEnv: ["TOKLIGENCE_LOG_FILE_DAEMON"] }),
  row("host", text, "127.0.0.1", "the address to listen on"),
  row("enable_facade", flag, "true", "the listener that serves everything"),
  row("facade_port", port, "8081", "its port; 0 picks a free one"),
  row("facade_endpoints", endpoints, "all", "what it serves"),
  row("multiport_mode", flag, "false", "one more listener for each of the following"),
  row("admin_port", port, "8079", "console and admin API"),
  row("admin_endpoints", endpoints, "admin, health", "what that port serves"),
  row("openai_port", port, "8082", "OpenAI's wires"),
  row("openai_endpoints", endpoints, "openai_core, openai_responses, health", "what that port serves"),
  row("anthropic_port", port, "8083", "Anthropic's wire"),
  row("anthropic_endpoints", endpoints, "anthropic, health", "what that port serves"),
  row("gemini_port", port, "8084", "Gemini's wire"),
  row("gemini_endpoints", endpoints, "gemini_native, health", "what that port serves"),
  row("allowed_hosts", { is: "list" }, "none", "host names, besides loopback names, that requests may be sent to"),
  row("allowed_origins", { is: "list" }, "none", "origins of web pages that may call the gateway, such as https://console.example"),
  row("max_body_bytes", whole(1024, 1_073_741_824), "67108864", "the largest request body, decompressed"),
  row("connect_timeout_ms", whole(100, 600_000), "10000", "for reaching a provider"),
  row("first_byte_timeout_ms", whole(100, 3_600_000), "600000", "for a provider's first byte"),
  row("idle_timeout_ms", whole(100, 3_600_000), "300000", "between two bytes of a provider's answer"),
  row("keep_alive_ms", whole(1, 15_000), "10000", "silence after which a streaming client gets a sign of life"),
  row("client_headers_timeout_ms", whole(100, 600_000), "15000", "for a client's headers"),
  row("client_body_timeout_ms", whole(100, 3_600_000), "120000", "for a client's body"),
  row("client_stall_timeout_ms", whole(100, 3_600_000), "120000", "how long a client may leave its answer unread"),
  row("drain_ms", whole(0, 3_600_000), "30000", "how long a stop waits for open answers"),
  row("on_client_abort", { is: "choice", values: ["abort", "drain"] }, "abort", "stop the provider when its client left, or read on for the usage"),
  row("model_provider_routes", { is: "pairs" }, "none", "pattern=provider pairs, separated by commas", { oldKeys: ["routes"], oldEnv: ["TOKLIGENCE_ROUTES"] }),
  row("model_aliases", { is: "pairs" }, "none", "alias=model pairs, separated by commas"),
  row("model_aliases_file", path, "none", "a file of alias=model lines"),
  row("model_aliases_dir", path, "none", "a folder of such files"),
  row("openai_api_key", secret, "OPENAI_API_KEY", "OpenAI's key, in the environment or as a reference"),
  row("openai_base_url", text, "OPENAI_BASE_URL", "another address for OpenAI"),
  row("openai_org", text, "none", "sent to OpenAI as the organization"),
  row("anthropic_api_key", secret, "ANTHROPIC_API_KEY", "Anthropic's key, in the environment or as a reference"),
  row("anthropic_base_url", text, "ANTHROPIC_BASE_URL", "another address for Anthropic"),
  row("anthropic_version", text, "the client's, else 2023-06-01", "sent to Anthropic as its API version"),
  row("gemini_api_key", secret, "GEMINI_API_KEY", "Google's key, in the environment or as a reference"),
  row("gemini_base_url", text, "GEMINI_BASE_URL", "another address for Gemini"),
];

const later = (type: SettingType, ...keys: string[]): SettingRow[] =>
  keys.map((key) => row(key, type, null, "recognised; has no effect in this version", { hasEffect: false }));

const LATER: readonly SettingRow[] = [
  ...later(
    flag,
    "marketplace_enabled", "telemetry_enabled", "update_check_enabled", "chat_to_anthropic", "anthropic_native_enabled",
    "anthropic_force_sse", "anthropic_token_check_enabled", "openai_tool_bridge_stream", "duplicate_tool_detection",
    "anthropic_web_search", "anthropic_computer_use", "anthropic_mcp", "anthropic_prompt_caching", "anthropic_json_mode",
    "anthropic_reasoning", "bridge_session_enabled", "hooks_enabled", "prompt_firewall_enabled", "model_aliases_verbose",
    "anthropic_passthrough_enabled",
  ),
  ...later(
    text,
    "base_url", "token_exchange_base_url", "display_name", "publish_name", "model_family", "price_per_1k", "http_address",
    "fallback_adapter", "sidecar_model_map", "sidecar_default_openai_model", "model_metadata_url", "model_metadata_refresh",
    "anthropic_beta_header", "bridge_session_ttl", "responses_stream_mode", "responses_delegate", "hook_timeout",
    "hooks_timeout", "hooks_script_args", "hook_script_args", "hooks_script_env", "hook_script_env",
  ),
  row("email", text, null, "recognised; has no effect in this version", { hasEffect: false, oldEnv: ["GATEWAY_EMAIL"] }),
  row("enable_provider", flag, null, "recognised; has no effect in this version", { hasEffect: false, oldEnv: ["GATEWAY_ENABLE_PROVIDER"] }),
  row("primary_provider", text, null, "recognised; has no effect in this version", { hasEffect: false, oldEnv: ["PRIMARY_PROVIDER"] }),
  ...later({ is: "choice", values: ["auto", "passthrough", "translation"] }, "work_mode"),
  ...later({ is: "choice", values: ["disabled", "monitor", "enforce", "redact"] }, "prompt_firewall_mode"),
  ...later(path, "log_file_cli", "sidecar_model_map_file", "model_metadata_file", "hooks_script_path", "hook_script", "prompt_firewall_config", "firewall_config"),
  ...later(
    whole(0, Number.MAX_SAFE_INTEGER),
    "model_aliases_reload_sec", "anthropic_max_tokens", "openai_completion_max_tokens", "bridge_session_max_count",
    "responses_sse_ping_ms", "db_max_open_conns", "db_max_idle_conns", "db_conn_max_lifetime", "db_conn_max_idle_time",
    "ledger_async_batch_size", "ledger_async_flush_ms", "ledger_async_buffer_size", "ledger_async_num_workers",
    "prompt_firewall_sse_buffer_timeout_ms", "prompt_firewall_sse_max_buffer_length",
  ),
  ...later(secret, "guard_api_key"),
];

export const SETTINGS: readonly SettingRow[] = [...ACTIVE, ...LATER];

/** Families of names that were documented with a star. */
export const IGNORED_PREFIXES = ["rate_limit_", "metrics_"] as const;

export const envName = (key: string): string => `TOKLIGENCE_${key.toUpperCase()}`;
