/** Names that the earlier gateway documented and that nothing acts on yet. They are checked, and a notice says so. */
import { type SettingRow, type SettingType, settingRow } from "./setting-types.ts";

const silent = (key: string, type: SettingType, more: Partial<SettingRow> = {}): SettingRow =>
  settingRow(key, type, null, "has no effect in this version", { hasEffect: false, ...more });

const all = (type: SettingType, ...keys: string[]): SettingRow[] => keys.map((key) => silent(key, type));

const text: SettingType = { is: "text" };
const flag: SettingType = { is: "flag" };
const count: SettingType = { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER };

const MARKETPLACE = [
  ...all(text, "display_name", "publish_name", "model_family"),
  ...all({ is: "decimal" }, "price_per_1k"),
  silent("email", { is: "email" }, { oldEnv: ["GATEWAY_EMAIL"] }),
  silent("enable_provider", flag, { oldEnv: ["GATEWAY_ENABLE_PROVIDER"] }),
  silent("primary_provider", text, { oldEnv: ["PRIMARY_PROVIDER"] }),
];

const ROUTING = [
  ...all(text, "http_address", "fallback_adapter", "sidecar_model_map", "sidecar_default_openai_model"),
  ...all({ is: "path" }, "sidecar_model_map_file"),
  ...all(count, "model_aliases_reload_sec"),
  ...all(flag, "model_aliases_verbose"),
];

const TRANSLATION = [
  ...all(flag, "chat_to_anthropic", "anthropic_native_enabled", "anthropic_force_sse", "anthropic_token_check_enabled"),
  ...all(flag, "anthropic_passthrough_enabled", "openai_tool_bridge_stream"),
  ...all(flag, "anthropic_web_search", "anthropic_computer_use", "anthropic_mcp", "anthropic_prompt_caching"),
  ...all(flag, "anthropic_json_mode", "anthropic_reasoning", "bridge_session_enabled"),
  ...all(count, "anthropic_max_tokens", "openai_completion_max_tokens", "bridge_session_max_count"),
  ...all({ is: "duration" }, "bridge_session_ttl", "model_metadata_refresh"),
  ...all(text, "anthropic_beta_header", "responses_stream_mode", "responses_delegate"),
  ...all(count, "responses_sse_ping_ms"),
  ...all({ is: "path" }, "model_metadata_file"),
  ...all({ is: "url" }, "model_metadata_url"),
];

const STORAGE = [
  ...all({ is: "path" }, "db_path"),
  ...all(count, "ledger_async_batch_size", "ledger_async_flush_ms", "ledger_async_buffer_size"),
  ...all(count, "ledger_async_num_workers"),
];

const FIREWALL = [
  ...all(flag, "prompt_firewall_enabled"),
  ...all({ is: "path" }, "prompt_firewall_config", "firewall_config"),
  ...all({ is: "choice", values: ["disabled", "monitor", "enforce", "redact"] }, "prompt_firewall_mode"),
  ...all(count, "prompt_firewall_sse_buffer_timeout_ms", "prompt_firewall_sse_max_buffer_length"),
  ...all({ is: "key" }, "guard_api_key"),
];

export const SETTINGS_WITHOUT_EFFECT: readonly SettingRow[] = [
  ...MARKETPLACE,
  ...ROUTING,
  ...TRANSLATION,
  ...STORAGE,
  ...FIREWALL,
];

/** Families of names that were documented only with a star. */
export const PREFIXES_WITHOUT_EFFECT = ["rate_limit_", "metrics_"] as const;
