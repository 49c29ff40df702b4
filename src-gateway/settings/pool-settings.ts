/** How many connections to PostgreSQL there are, and how long they live. */
import { settingRow as row, type SettingRow, type SettingType } from "./setting-types.ts";
import type { TypedValues } from "./typed-values.ts";
import type { PoolSettings } from "./types.ts";

const MINUTE_MS = 60_000;
const upTo = (max: number): SettingType => ({ is: "number", min: 0, max });

export const POOL_ROWS: readonly SettingRow[] = [
  row("db_max_open_conns", upTo(10_000), "10", "connections to PostgreSQL at once; 0 is as 10"),
  row("db_max_idle_conns", upTo(10_000), "10", "of them, how many stay open while nobody needs them"),
  row("db_conn_max_lifetime", upTo(35_000), "60", "minutes after which one is closed and made anew; 0 is never"),
  row("db_conn_max_idle_time", upTo(35_000), "10", "minutes after which one that nobody needed is closed; 0 is never"),
];

const STANDARD_OPEN = 10;

export function poolSettingsOf(values: TypedValues): PoolSettings {
  return {
    maxOpen: values.number("db_max_open_conns", STANDARD_OPEN) || STANDARD_OPEN,
    maxIdle: values.number("db_max_idle_conns", STANDARD_OPEN),
    maxLifetimeMs: values.number("db_conn_max_lifetime", 60) * MINUTE_MS,
    maxIdleMs: values.number("db_conn_max_idle_time", 10) * MINUTE_MS,
  };
}
