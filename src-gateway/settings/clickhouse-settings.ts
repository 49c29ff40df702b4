/** Where the second book is kept, for those who want one. */
import { STANDARD_TABLE } from "./clickhouse-rows.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";
import type { ClickHouseSettings } from "./types.ts";

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
