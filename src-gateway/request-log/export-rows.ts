/** The recorded exchanges as a file, made piece by piece: however many there are, a thousand are in memory. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { EXPORT_COLUMNS, type ExportValue } from "./export-columns.ts";
import type { ExchangeFilter, RequestLog } from "./types.ts";

export const EXPORT_FORMATS = ["csv", "jsonl", "parquet"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8",
  jsonl: "application/x-ndjson",
  parquet: "application/vnd.apache.parquet",
};

export type ExportFilter = Pick<ExchangeFilter, "fromUs" | "toUs" | "userId">;

const PAGE = 1000;

export async function* exportRows(
  log: Pick<RequestLog, "list">,
  format: ExportFormat,
  filter: ExportFilter,
): AsyncGenerator<Buffer> {
  const pages = pagesOf(log, filter);
  if (format === "parquet") yield* (await import("./export-parquet.ts")).parquetOf(pages);
  else if (format === "csv") yield* csvOf(pages);
  else yield* linesOf(pages);
}

/** Oldest first. */
async function* pagesOf(log: Pick<RequestLog, "list">, filter: ExportFilter): AsyncGenerator<ExchangeRecord[]> {
  let afterId = (filter.fromUs ?? 1) - 1;
  for (;;) {
    const page = await log.list({ ...filter, afterId, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    afterId = page.at(-1)?.id ?? afterId;
  }
}

async function* linesOf(pages: AsyncIterable<ExchangeRecord[]>): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    const lines = page.map((record) =>
      JSON.stringify(Object.fromEntries(EXPORT_COLUMNS.map(({ name, value }) => [name, value(record)]))),
    );
    yield Buffer.from(`${lines.join("\n")}\n`);
  }
}

async function* csvOf(pages: AsyncIterable<ExchangeRecord[]>): AsyncGenerator<Buffer> {
  yield Buffer.from(`${EXPORT_COLUMNS.map(({ name }) => name).join(",")}\r\n`);
  for await (const page of pages) {
    const lines = page.map((record) => EXPORT_COLUMNS.map(({ value }) => csvCell(value(record))).join(","));
    yield Buffer.from(`${lines.join("\r\n")}\r\n`);
  }
}

function csvCell(value: ExportValue): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  // Clients choose some of these texts; a spreadsheet would take one that begins so for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
