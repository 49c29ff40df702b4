/** The settings of the request log, as rows of the table. */
import { settingRow as row, type SettingRow } from "./setting-types.ts";

export const LOG_SETTINGS: readonly SettingRow[] = [
  row(
    "log_bodies",
    { is: "choice", values: ["off", "metadata", "full"] },
    "metadata",
    "what the log keeps: with `full` also what was asked and answered, without secrets; with `off` only what the ledger needs",
  ),
  row(
    "log_bodies_for",
    { is: "pairs" },
    "none",
    "exceptions, separated by commas: `key:ci=off, model:claude-*=full`; the first that fits counts",
  ),
  row(
    "log_bodies_max_bytes",
    { is: "number", min: 1024, max: 1_073_741_824 },
    "4194304",
    "of a body; what is longer is cut",
  ),
  row(
    "log_retention_days",
    { is: "number", min: 0, max: 36_500 },
    "30",
    "how long bodies are kept; 0 keeps them whatever their age",
  ),
  row(
    "log_retention_bytes",
    { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER },
    "10737418240",
    "of all bodies as they are stored; the oldest go first, and 0 is no limit",
  ),
];
