/** The hook of settings and environment, as the earlier gateway had it: one script that is told of users and keys. */

import { STANDARD_ERROR_PERCENT } from "./hook-rows.ts";
import type { HookConfig, HookSettings } from "./hook-types.ts";
import { hookSpanMs, SETTINGS_HOOK, STANDARD_RETRY_FOR_MS, STANDARD_TIMEOUT_MS } from "./read-hooks.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";

/** What the scripts of the earlier gateway know. */
const EARLIER_EVENTS = ["gateway.user.*", "gateway.api_key.*"];

export function hookSettingsOf(source: SecretSource): HookSettings {
  const { values } = source;
  const isWanted = values.flag("hooks_enabled", false);
  return {
    isOff: values.text("hooks_enabled") !== null && !isWanted,
    script: isWanted ? scriptOf(source) : null,
    errorRatePercent: values.number("hooks_error_rate_percent", STANDARD_ERROR_PERCENT),
  };
}

function scriptOf(source: SecretSource): HookConfig | null {
  const { layers, values } = source;
  const path = values.path("hooks_script_path");
  if (path === null) return null;
  const refuse = (key: string, problem: string, hint: string): void =>
    void layers.problems.push({ where: values.where(key), key, problem, hint });
  const passEnv: string[] = [];
  const setEnv: Record<string, string> = {};
  for (const item of listOf(readSecret(source, "hooks_script_env"))) {
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
