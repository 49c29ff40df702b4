/** The hook of settings and environment, as the earlier gateway had it: one script that is told of users and keys. */
import type { HookConfig, HookSettings } from "./hook-types.ts";
import type { Layers } from "./layers.ts";
import { hookSpanMs, SETTINGS_HOOK, STANDARD_RETRY_FOR_MS, STANDARD_TIMEOUT_MS } from "./read-hooks.ts";
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { TypedValues } from "./typed-values.ts";

const STANDARD_ERROR_PERCENT = 25;
/** What the scripts of the earlier gateway know. */
const EARLIER_EVENTS = ["gateway.user.*", "gateway.api_key.*"];

export const HOOK_ROWS: readonly SettingRow[] = [
  row(
    "hooks_enabled",
    { is: "flag" },
    "false for the script, true for `hooks:` of gateway.yaml",
    "`true` runs the script below; `false` runs no [hook](hooks.md) at all",
  ),
  row("hooks_script_path", { is: "path" }, "none", "a program that is told of users and keys", {
    env: "TOKLIGENCE_HOOK_SCRIPT",
  }),
  row("hooks_script_args", { is: "text" }, "none", "its arguments, separated by commas", {
    env: "TOKLIGENCE_HOOK_SCRIPT_ARGS",
  }),
  row(
    "hooks_script_env",
    { is: "secret" },
    "none",
    "what it sees of the environment, separated by commas: `NAME`, or `NAME=value`; beside it only PATH, HOME, LANG, TZ",
    { env: "TOKLIGENCE_HOOK_SCRIPT_ENV" },
  ),
  row("hooks_timeout", { is: "duration" }, "30s", "how long it may run, at most 15m", {
    env: "TOKLIGENCE_HOOK_TIMEOUT",
  }),
  row(
    "hooks_error_rate_percent",
    { is: "number", min: 1, max: 100 },
    String(STANDARD_ERROR_PERCENT),
    "from which share of failed requests of the last 5 minutes on hooks are told `gateway.error_rate.high`",
  ),
];

export function hookSettingsOf(layers: Layers, values: TypedValues): HookSettings {
  const isWanted = values.flag("hooks_enabled", false);
  return {
    isOff: values.text("hooks_enabled") !== null && !isWanted,
    script: isWanted ? scriptOf(layers, values) : null,
    errorRatePercent: values.number("hooks_error_rate_percent", STANDARD_ERROR_PERCENT),
  };
}

function scriptOf(layers: Layers, values: TypedValues): HookConfig | null {
  const path = values.path("hooks_script_path");
  if (path === null) return null;
  const refuse = (key: string, problem: string, hint: string): void =>
    void layers.problems.push({ where: values.where(key), key, problem, hint });
  const passEnv: string[] = [];
  const setEnv: Record<string, string> = {};
  for (const item of listOf(values.text("hooks_script_env"))) {
    const [, name = "", value] = /^([A-Za-z_]\w*)(?:=(.*))?$/.exec(item) ?? [];
    if (name === "")
      refuse("hooks_script_env", "holds something that is no variable", "such as WEAVIATE_URL,TEAM=blue");
    else if (value === undefined) passEnv.push(name);
    else setEnv[name] = value;
  }
  const timeout = values.text("hooks_timeout");
  const timeoutMs = timeout === null ? STANDARD_TIMEOUT_MS : hookSpanMs(timeout, "timeout");
  if (timeoutMs === null) refuse("hooks_timeout", "is no time that a script may run", "1s to 15m");
  return {
    name: SETTINGS_HOOK,
    events: EARLIER_EVENTS,
    target: { kind: "script", path, args: listOf(values.text("hooks_script_args")), passEnv, setEnv },
    timeoutMs: timeoutMs ?? STANDARD_TIMEOUT_MS,
    retryForMs: STANDARD_RETRY_FOR_MS,
    where: values.where("hooks_script_path"),
  };
}

const listOf = (text: string | null): string[] =>
  (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
