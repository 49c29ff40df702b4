/** Settings of hooks. Part of the table of all settings. */
import { settingRow as row, type SettingRow } from "./setting-types.ts";

export const STANDARD_ERROR_PERCENT = 25;

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
