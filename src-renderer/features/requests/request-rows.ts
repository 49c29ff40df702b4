/** The rows of the request list: newest first, each once, whatever order they came in. Pure. */
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";

export type Exchange = ReplyOf<"getExchange">;

/** What the gateway filters by. */
export interface RequestFilter {
  failedOnly: boolean;
  provider: string | null;
  model: string | null;
  /** Words in what was asked and answered, where that was kept. */
  said: string | null;
}

export const NO_FILTER: RequestFilter = { failedOnly: false, provider: null, model: null, said: null };

/** A filter as the address says it, so that what is seen can be sent to somebody. */
export function filterOf(search: URLSearchParams): RequestFilter {
  const text = (name: string): string | null => search.get(name) || null;
  return {
    failedOnly: search.get("failed") === "1",
    provider: text("provider"),
    model: text("model"),
    said: text("said"),
  };
}

export function addressOf(filter: RequestFilter, words: string): URLSearchParams {
  const { failedOnly, ...texts } = filter;
  const pairs = [...Object.entries(texts), ["words", words], ["failed", failedOnly ? "1" : ""]];
  return new URLSearchParams(pairs.filter((pair): pair is [string, string] => Boolean(pair[1])));
}

/** Rows of `newer` replace those with the same id. */
export function mergeRows(rows: Exchange[], newer: Exchange[]): Exchange[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of newer) byId.set(row.id, row);
  return [...byId.values()].toSorted((a, b) => b.id - a.id);
}

/** The same test that the gateway makes, for rows that come by the live stream. */
export function passesFilter(row: Exchange, { failedOnly, provider, model, said }: RequestFilter): boolean {
  // What was said is searched by the gateway alone, and kept a moment after the exchange has ended.
  if (said !== null) return false;
  if (failedOnly && (row.outcome === "completed" || row.outcome === "open")) return false;
  if (provider !== null && row.provider !== provider) return false;
  return model === null || [row.modelAsked, row.modelRouted, row.modelServed].includes(model);
}

/** Every word must occur somewhere in what a row says of itself. */
export function matchesSearch(row: Exchange, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { requestId, agent, session, project, surface, modelAsked, modelRouted, modelServed, provider } = row;
  const said = [requestId, agent, session, project, surface, modelAsked, modelRouted, modelServed, provider]
    .concat(row.outcome, row.errorCode, row.errorMessage, row.finishReason, String(row.status ?? ""))
    .join("\n")
    .toLowerCase();
  return words.every((word) => said.includes(word));
}

/** Which rows of a long list are in sight, `spare` more at each end; `end` is the first that is not. */
export function visibleRange(
  view: { scrollTop: number; height: number },
  count: number,
  rowHeight: number,
  spare = 8,
): { start: number; end: number } {
  const first = Math.floor(Math.max(0, view.scrollTop) / rowHeight);
  const shown = Math.ceil(view.height / rowHeight) + 1;
  return { start: Math.max(0, Math.min(first, count) - spare), end: Math.min(count, first + shown + spare) };
}
