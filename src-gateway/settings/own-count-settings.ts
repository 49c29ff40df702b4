/** Whether the gateway counts tokens beside the provider, and what it does with that. */
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { TypedValues } from "./typed-values.ts";

export interface OwnCountSettings {
  /** `sample` counts one exchange of twenty. */
  mode: "off" | "sample" | "all";
  /** Where a provider that answered reported no usage, the own count stands for it, marked as estimated. */
  estimatesMissing: boolean;
}

export const OWN_COUNT_ROWS: readonly SettingRow[] = [
  row(
    "own_token_count",
    { is: "choice", values: ["off", "sample", "all"] },
    "off",
    "counts the tokens of answered requests beside the provider, after the answer and in a thread of its own; `sample` counts one of twenty",
  ),
  row(
    "estimate_missing_usage",
    { is: "flag" },
    "false",
    "takes the gateway's own count, marked as estimated, where a provider that answered reported no usage",
  ),
];

export const ownCountSettingsOf = (values: TypedValues): OwnCountSettings => ({
  mode: (values.text("own_token_count") ?? "off") as OwnCountSettings["mode"],
  estimatesMissing: values.flag("estimate_missing_usage", false),
});
