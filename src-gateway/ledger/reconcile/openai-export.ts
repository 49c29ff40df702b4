/** OpenAI: organization/usage and organization/costs, and the same data as the dashboard exports it. */
import { type ExportLine, type ExportTokens, type Reading, textOrNull } from "./export-lines.ts";
import type { BucketEntry, CsvRow, CsvShape, JsonShape } from "./read-export.ts";

const USD = 1_000_000_000n;

const COSTS_NOTE =
  "Costs name what was paid for in a text such as `gpt-5, input`; the model is what stands before the comma.";

/** Cached tokens are a part of the input here. */
function tokensOf(reading: Reading, where: string, entry: Readonly<Record<string, unknown>>): ExportTokens {
  const count = (name: string): number => reading.count(where, name, entry[name]);
  const cacheRead = count("input_cached_tokens");
  const cacheWrite = count("input_cache_write_tokens");
  const input = count("input_tokens");
  if (cacheRead + cacheWrite > input) reading.fail(where, "more tokens are cached than were sent");
  return {
    inputUncached: input - cacheRead - cacheWrite,
    cacheRead,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: 0,
    output: count("output_tokens"),
  };
}

function usageLine(
  reading: Reading,
  where: string,
  startsAt: unknown,
  entry: Readonly<Record<string, unknown>>,
): ExportLine {
  return {
    where,
    day: reading.day(where, "start_time", startsAt),
    model: textOrNull(entry["model"]),
    key: textOrNull(entry["api_key_id"]),
    requests: reading.count(where, "num_model_requests", entry["num_model_requests"]),
    tokens: tokensOf(reading, where, entry),
    costNano: null,
    isBatch: String(entry["batch"]).toLowerCase() === "true",
    serviceTier: textOrNull(entry["service_tier"]),
  };
}

function costLine(where: string, day: string, item: unknown, key: unknown, costNano: number | null): ExportLine {
  const name = textOrNull(item);
  const [model] = name?.split(",") ?? [];
  return {
    where,
    day,
    model: model?.trim() ?? null,
    key: textOrNull(key),
    requests: null,
    tokens: null,
    costNano,
    isBatch: /\bbatch\b/i.test(name ?? ""),
    serviceTier: /\b(flex|priority|scale)\b/i.exec(name ?? "")?.[1]?.toLowerCase() ?? null,
  };
}

const json: JsonShape[] = [
  {
    provider: "openai",
    name: "usage API (JSON)",
    notes: [],
    is: (entry) => "input_tokens" in entry && "num_model_requests" in entry,
    read: (reading, where, { startsAt, entry }: BucketEntry) => usageLine(reading, where, startsAt, entry),
  },
  {
    provider: "openai",
    name: "costs API (JSON)",
    notes: [COSTS_NOTE],
    is: (entry) => typeof entry["amount"] === "object" && entry["amount"] !== null && "value" in entry["amount"],
    read(reading, where, { startsAt, entry }) {
      const { value, currency } = entry["amount"] as { value?: unknown; currency?: unknown };
      reading.dollars(where, "amount.currency", currency);
      const costNano = reading.money(where, "amount.value", value, USD);
      return costLine(
        where,
        reading.day(where, "start_time", startsAt),
        entry["line_item"],
        entry["api_key_id"],
        costNano,
      );
    },
  },
];

const csv: CsvShape[] = [
  {
    provider: "openai",
    name: "usage export (CSV)",
    columns: ["start_time", "num_model_requests", "input_tokens", "output_tokens"],
    notes: [],
    // A bucket in which nothing happened has no model and no counts.
    read: (reading, where, row: CsvRow) =>
      row["input_tokens"] === "" && row["num_model_requests"] === ""
        ? null
        : usageLine(reading, where, row["start_time"], row),
  },
  {
    provider: "openai",
    name: "costs export (CSV)",
    columns: ["start_time", "amount_value", "amount_currency"],
    notes: [COSTS_NOTE],
    read(reading, where, row) {
      if (row["amount_value"] === "") return null;
      reading.dollars(where, "amount_currency", row["amount_currency"]);
      const costNano = reading.money(where, "amount_value", row["amount_value"], USD);
      return costLine(
        where,
        reading.day(where, "start_time", row["start_time"]),
        row["line_item"],
        row["api_key_id"],
        costNano,
      );
    },
  },
];

export const openaiShapes = { json, csv };
