/** Where the second book is kept, for those who want one. */
import { readSecret, type SecretSource } from "./read-secret.ts";
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { ClickHouseSettings } from "./types.ts";

const STANDARD_TABLE = "tokligence_exchanges";

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

/** Null keeps no second book. The address may hold a password, so no message repeats it. */
export function clickHouseOf(source: SecretSource): ClickHouseSettings | null {
  const { layers, values } = source;
  const table = values.text("clickhouse_table") ?? STANDARD_TABLE;
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?$/.test(table)) {
    const hint = "letters, digits and underscores, such as tokligence_exchanges or billing.exchanges";
    layers.problems.push({
      where: values.where("clickhouse_table"),
      key: "clickhouse_table",
      problem: "is no name of a table",
      hint,
    });
  }
  const url = readSecret(source, "clickhouse_url");
  if (url === null) return null;
  if (!/^https?:\/\/./i.test(url) || !URL.canParse(url)) {
    const hint = "such as http://127.0.0.1:8123 or https://user:password@host:8443/database; or env:NAME, file:PATH";
    layers.problems.push({
      where: values.where("clickhouse_url"),
      key: "clickhouse_url",
      problem: "is no address of ClickHouse's HTTP interface",
      hint,
    });
    return null;
  }
  return { url, table };
}
