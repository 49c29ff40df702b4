/** Cursors: opaque to clients, checked when they come back, and tied to the list and filters that they were made for. */
import { createHash } from "node:crypto";
import { GatewayError } from "../ir/errors.ts";
import type { Page } from "./contract/page.ts";

/** The query of a list, its paging included. */
type Query = Readonly<Record<string, unknown>>;
export type Position = number | string;

/**
 * A page of rows that were read with one more than `limit`, so that it is known whether there are more.
 * @param list names the list; another one takes no cursor of it.
 * @param positionOf what the next page is to begin behind.
 */
export function toPage<Row, Item>(
  list: string,
  query: Query & { limit: number },
  rows: readonly Row[],
  { positionOf, toItem }: { positionOf: (row: Row) => Position; toItem: (row: Row) => Item },
): Page<Item> {
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const hasMore = rows.length > shown.length && last !== undefined;
  return {
    items: shown.map((row) => toItem(row)),
    nextCursor: hasMore ? encodeCursor(list, query, positionOf(last)) : null,
  };
}

/** Where the page that is asked for begins; undefined for the first. @throws GatewayError invalid_request */
export function positionIn(list: string, query: Query & { cursor?: string | undefined }): number | undefined {
  if (query.cursor === undefined) return undefined;
  const position = decodeCursor(list, query, query.cursor);
  if (typeof position === "number") return position;
  throw wrongCursor();
}

function encodeCursor(list: string, query: Query, position: Position): string {
  return Buffer.from(JSON.stringify([position, checkOf(list, query, position)])).toString("base64url");
}

/** @throws GatewayError invalid_request */
function decodeCursor(list: string, query: Query, cursor: string): Position {
  try {
    const [position, check] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as [unknown, unknown];
    const isPosition = typeof position === "string" || (typeof position === "number" && Number.isSafeInteger(position));
    if (isPosition && check === checkOf(list, query, position)) return position;
  } catch {
    // Told below.
  }
  throw wrongCursor();
}

const wrongCursor = (): GatewayError =>
  new GatewayError(
    "invalid_request",
    'This is no cursor of this list with these filters. Give the "nextCursor" of the page before, or leave it out.',
    { param: "cursor" },
  );

function checkOf(list: string, query: Query, position: Position): string {
  const filters = Object.entries(query)
    .filter(([name, value]) => name !== "cursor" && name !== "limit" && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([list, filters, position]))
    .digest("base64url")
    .slice(0, 12);
}
