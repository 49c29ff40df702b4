/** Anthropic: the usage and cost reports of the Admin API, and the files of its console. */
import { type ExportLine, type Reading, textOrNull } from "./export-lines.ts";
import type { CsvShape, JsonShape } from "./read-export.ts";

const USD = 1_000_000_000n;
const CENT = 10_000_000n;

const NO_REQUESTS = "This export does not count requests.";
const NO_PRIORITY = "The cost report leaves out what the priority tier costs.";

/** `standard`, `batch`, `priority`; the console also says `message`, which tells nothing. */
function tierOf(value: unknown): Pick<ExportLine, "isBatch" | "serviceTier"> {
  const tier = textOrNull(value)?.toLowerCase() ?? null;
  const isPlain = tier === null || tier === "standard" || tier === "message" || tier === "batch";
  return { isBatch: tier === "batch", serviceTier: isPlain ? null : tier };
}

const json: JsonShape[] = [
  {
    provider: "anthropic",
    name: "usage report (JSON)",
    notes: [NO_REQUESTS],
    is: (entry) => "uncached_input_tokens" in entry,
    read(reading, where, { startsAt, entry }) {
      const writes = (entry["cache_creation"] ?? {}) as Record<string, unknown>;
      const count = (name: string, from: Readonly<Record<string, unknown>> = entry): number =>
        reading.count(where, name, from[name]);
      return {
        where,
        day: reading.day(where, "starting_at", startsAt),
        model: textOrNull(entry["model"]),
        key: textOrNull(entry["api_key_id"]),
        requests: null,
        tokens: {
          inputUncached: count("uncached_input_tokens"),
          cacheRead: count("cache_read_input_tokens"),
          cacheWrite5m: count("ephemeral_5m_input_tokens", writes),
          cacheWrite1h: count("ephemeral_1h_input_tokens", writes),
          output: count("output_tokens"),
        },
        costNano: null,
        ...tierOf(entry["service_tier"]),
      };
    },
  },
  {
    provider: "anthropic",
    name: "cost report (JSON)",
    notes: [NO_REQUESTS, NO_PRIORITY],
    is: (entry) => typeof entry["amount"] === "string",
    read(reading, where, { startsAt, entry }) {
      reading.dollars(where, "currency", entry["currency"]);
      return {
        where,
        day: reading.day(where, "starting_at", startsAt),
        model: textOrNull(entry["model"]),
        key: null,
        requests: null,
        tokens: null,
        costNano: reading.money(where, "amount", entry["amount"], CENT),
        ...tierOf(entry["service_tier"]),
      };
    },
  },
];

const csv: CsvShape[] = [
  {
    provider: "anthropic",
    name: "console usage (CSV)",
    columns: ["usage_date_utc", "model_version", "usage_input_tokens_no_cache", "usage_output_tokens"],
    notes: [NO_REQUESTS],
    read(reading, where, row) {
      const count = (name: string): number => reading.count(where, name, row[name]);
      return {
        where,
        day: reading.day(where, "usage_date_utc", row["usage_date_utc"]),
        model: textOrNull(row["model_version"]),
        key: textOrNull(row["api_key"]),
        requests: null,
        tokens: {
          inputUncached: count("usage_input_tokens_no_cache"),
          cacheRead: count("usage_input_tokens_cache_read"),
          cacheWrite5m: count("usage_input_tokens_cache_write_5m"),
          cacheWrite1h: count("usage_input_tokens_cache_write_1h"),
          output: count("usage_output_tokens"),
        },
        costNano: null,
        ...tierOf(row["usage_type"]),
      };
    },
  },
  {
    provider: "anthropic",
    name: "console cost (CSV)",
    columns: ["usage_date_utc", "model", "cost_usd"],
    notes: [
      NO_REQUESTS,
      "The console writes models as it shows them; `Claude Haiku 4.5` is taken for `claude-haiku-4-5`.",
    ],
    read: (reading: Reading, where, row) => ({
      where,
      day: reading.day(where, "usage_date_utc", row["usage_date_utc"]),
      model: textOrNull(row["model"]),
      key: textOrNull(row["api_key"]),
      requests: null,
      tokens: null,
      costNano: reading.money(where, "cost_usd", row["cost_usd"], USD),
      ...tierOf(row["usage_type"]),
    }),
  },
];

export const anthropicShapes = { json, csv };
