import type { ChartData } from "./types.ts";

/** The bare numbers, so that other programs can calculate with them. A cell is never read as a formula. */
export function chartCsv({ buckets, series }: ChartData): string {
  const rows = [
    ["", ...series.map(({ name }) => name)],
    ...buckets.map((bucket, place) => [bucket, ...series.map(({ values }) => String(values[place] ?? ""))]),
  ];
  return rows.map((row) => row.map(cell).join(",")).join("\r\n");
}

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
