import { toCsv } from "../../format/to-csv.ts";
import type { ChartData } from "./types.ts";

/** The bare numbers, so that other programs can calculate with them. */
export const chartCsv = ({ buckets, series }: ChartData): string =>
  toCsv([
    ["", ...series.map(({ name }) => name)],
    ...buckets.map((bucket, place) => [bucket, ...series.map(({ values }) => values[place] ?? "")]),
  ]);
