/** Settings of what is let through: how much at once, which provider, counted where. Part of the table of all settings. */
import { settingRow as row, type SettingRow, type SettingType } from "./setting-types.ts";
import { QUEUE_MODES } from "./types.ts";

const HOUR = 3_600_000;
const ms = (min: number, max: number): SettingType => ({ is: "number", min, max });
const choice = (...values: string[]): SettingType => ({ is: "choice", values });

const ADMISSION: readonly SettingRow[] = [
  row("max_in_flight", { is: "number", min: 0, max: 1_000_000 }, "0", "requests at once; 0 is no limit"),
  row(
    "max_in_flight_bytes",
    { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER },
    "0",
    "bytes of their bodies, decompressed; not less than `max_body_bytes`, and 0 is no limit",
  ),
  row(
    "max_waiting",
    { is: "number", min: 0, max: 100_000 },
    "1000",
    "requests that may wait for one limit; 0 lets none wait",
  ),
  row("queue_timeout_ms", ms(1, HOUR), "60000", "how long a request may wait"),
  row("queue_mode", choice(...QUEUE_MODES), "hybrid", "who goes first among those who wait"),
];

const HEALTH: readonly SettingRow[] = [
  row(
    "circuit_failures",
    { is: "number", min: 0, max: 1000 },
    "5",
    "failures in a row after which a provider's model, or a provider that cannot be reached, is left alone; 0 leaves none alone",
  ),
  row("circuit_open_ms", ms(1, HOUR), "10000", "for how long, at first; each time it fails again it is twice as long"),
  row("circuit_max_open_ms", ms(1, 24 * HOUR), "300000", "and the longest"),
  row("key_rest_ms", ms(0, 24 * HOUR), "300000", "how long a key rests that was refused, or whose quota is used up"),
  row(
    "probe_interval_ms",
    ms(0, 24 * HOUR),
    "0",
    "how often providers are asked whether they can be reached; 0 never asks",
  ),
];

const COUNTS: readonly SettingRow[] = [
  row(
    "redis_url",
    { is: "secret" },
    "none",
    "where several gateways count budgets and rate limits together, such as `redis://host:6379`; without it each counts in memory",
  ),
  row(
    "redis_wait_ms",
    ms(1, 1000),
    "3",
    "how long a request waits while Redis says nothing at all; then the gateway counts alone until it is back",
  ),
];

export const LIMIT_SETTINGS: readonly SettingRow[] = [...HEALTH, ...ADMISSION, ...COUNTS];
