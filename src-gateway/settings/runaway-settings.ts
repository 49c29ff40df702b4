/** What is done about agents that run in circles, and from when on. */
import type { RunawayLimits } from "../runaway/types.ts";
import type { Layers } from "./layers.ts";
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { TypedValues } from "./typed-values.ts";

const STANDARD_MODE = "warn";
const STANDARD_REPEATS = [3, 4, 5] as const;
const MIN_REPEATS = 2;
const MAX_REPEATS = 50;

export const RUNAWAY_ROWS: readonly SettingRow[] = [
  row(
    "runaway",
    { is: "choice", values: ["off", "warn", "throttle", "pause"] },
    STANDARD_MODE,
    "the most that is done about an agent that runs in circles",
  ),
  row(
    "runaway_repeats",
    { is: "text" },
    STANDARD_REPEATS.join(","),
    "from how many repetitions on it is warned, throttled and paused; each from 2 to 50, and none below the one before",
  ),
  row(
    "runaway_tokens_per_minute",
    { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER },
    "0",
    "tokens that one conversation may use within a minute, cached ones included; 0 is no limit",
  ),
  row(
    "duplicate_tool_detection",
    { is: "flag" },
    "none",
    "the earlier gateway's name: true is `runaway = pause`, false is `runaway = off`; `runaway` comes first",
  ),
];

export function runawaySettingsOf(layers: Layers, values: TypedValues): RunawayLimits {
  const old = values.text("duplicate_tool_detection");
  const standard = old === null ? STANDARD_MODE : values.flag("duplicate_tool_detection", false) ? "pause" : "off";
  return {
    mode: (values.text("runaway") ?? standard) as RunawayLimits["mode"],
    repeats: repeatsOf(layers, values),
    tokensPerMinute: values.number("runaway_tokens_per_minute", 0),
  };
}

function repeatsOf(layers: Layers, values: TypedValues): RunawayLimits["repeats"] {
  const text = values.text("runaway_repeats");
  if (text === null) return STANDARD_REPEATS;
  const [warn, throttle, pause, ...rest] = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : 0));
  const isGood =
    warn !== undefined &&
    throttle !== undefined &&
    pause !== undefined &&
    rest.length === 0 &&
    MIN_REPEATS <= warn &&
    warn <= throttle &&
    throttle <= pause &&
    pause <= MAX_REPEATS;
  if (isGood) return [warn, throttle, pause];
  layers.problems.push({
    where: values.where("runaway_repeats"),
    key: "runaway_repeats",
    problem: "is not three numbers that grow",
    hint: "such as 3,4,5; each from 2 to 50",
  });
  return STANDARD_REPEATS;
}
