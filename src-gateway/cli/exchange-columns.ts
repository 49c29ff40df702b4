import type { ExchangeView } from "../admin-api/contract/schemas.ts";
import type { Colour } from "./colours.ts";
import { count, duration, shortWhen } from "./format.ts";
import type { Column } from "./table.ts";

/** One line per exchange; `reserve` keeps the lines in column while more of them come. */
export const EXCHANGE_COLUMNS: Column<ExchangeView>[] = [
  { title: "TIME", value: (row) => shortWhen(row.id), reserve: 14 },
  { title: "REQUEST", value: (row) => row.requestId, reserve: 14, leaveOut: 3 },
  { title: "AGENT", value: (row) => row.agent ?? "–", min: 8, reserve: 18, leaveOut: 4 },
  { title: "SURFACE", value: (row) => row.surface, min: 8, reserve: 9, leaveOut: 8 },
  { title: "MODEL", value: modelOf, min: 10, reserve: 20 },
  { title: "PROVIDER", value: (row) => row.provider ?? "–", min: 8, reserve: 9, leaveOut: 2 },
  { title: "STATUS", value: statusOf, colour: colourOf, reserve: 13 },
  { title: "FIRST", value: (row) => duration(row.firstTokenUs), right: true, reserve: 7, leaveOut: 7 },
  { title: "TOTAL", value: (row) => duration(row.totalUs), right: true, reserve: 7, leaveOut: 5 },
  { title: "IN", value: (row) => tokens(row, inputOf(row)), right: true, reserve: 7 },
  { title: "CACHE", value: (row) => tokens(row, row.usage.cacheRead), right: true, reserve: 7, leaveOut: 6 },
  { title: "OUT", value: (row) => tokens(row, row.usage.output), right: true, reserve: 6 },
  { title: "END", value: (row) => row.errorCode ?? row.finishReason ?? "", min: 8, leaveOut: 1 },
];

function modelOf({ modelAsked, modelRouted, modelServed }: ExchangeView): string {
  const reached = modelServed ?? modelRouted;
  return reached === null || reached === modelAsked ? (modelAsked ?? "–") : `${modelAsked ?? "–"}→${reached}`;
}

function statusOf({ status, outcome }: ExchangeView): string {
  return `${status ?? "–"} ${outcome.replace("_", " ")}`;
}

function colourOf({ outcome }: ExchangeView): Colour {
  if (outcome === "completed") return "green";
  if (outcome === "open") return "dim";
  return outcome === "client_aborted" ? "yellow" : "red";
}

/** What was not in the cache, and what was written to it. */
const inputOf = ({ usage }: ExchangeView): number => usage.inputUncached + usage.cacheWrite5m + usage.cacheWrite1h;

/** Nobody reported any, or somebody guessed. */
function tokens({ usageSource }: ExchangeView, value: number): string {
  if (usageSource === "none") return "–";
  return usageSource === "estimated" ? `~${count(value)}` : count(value);
}
