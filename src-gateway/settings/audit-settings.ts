/** How long it is kept what administrators did. */
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { TypedValues } from "./typed-values.ts";

export interface AuditSettings {
  /** 0 keeps everything. */
  retentionDays: number;
}

export const AUDIT_ROWS: readonly SettingRow[] = [
  row(
    "audit_retention_days",
    { is: "number", min: 0, max: 36_500 },
    "0",
    "how long [acts of administrators](admin-api.md) are kept; 0 keeps them for ever",
  ),
];

export const auditSettingsOf = (values: TypedValues): AuditSettings => ({
  retentionDays: values.number("audit_retention_days", 0),
});
