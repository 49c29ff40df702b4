/** Settings of the second book. Part of the table of all settings. */
import { settingRow as row, type SettingRow } from "./setting-types.ts";

export const STANDARD_TABLE = "tokligence_exchanges";

export const CLICKHOUSE_ROWS: readonly SettingRow[] = [
  row(
    "clickhouse_url",
    { is: "secret" },
    "none",
    "the ClickHouse that gets a copy of the ledger, such as `https://user:password@host:8443/database`",
  ),
  row(
    "clickhouse_table",
    { is: "text" },
    STANDARD_TABLE,
    "its table, made when it is missing: `table` or `database.table`",
  ),
];
