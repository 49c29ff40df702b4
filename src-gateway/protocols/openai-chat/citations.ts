/** Citations of web pages: what this wire calls annotations. */
import type { JsonObject } from "../../ir/json.ts";
import type { Citation } from "../../ir/part.ts";
import { asObject } from "../loose-json.ts";
import { createTaker, wireFields, withHome } from "./chat-fields.ts";

/** Null for an annotation of another kind. */
export function decodeCitation(annotation: JsonObject): Citation | null {
  if (annotation["type"] !== "url_citation") return null;
  const fields = createTaker(annotation);
  fields.any("type");
  const inner = createTaker(fields.object("url_citation") ?? {});
  const url = inner.filled("url");
  if (url === undefined) return null;
  const title = inner.text("title");
  const start = inner.number("start_index");
  const end = inner.number("end_index");
  return {
    url,
    ...(title === undefined ? {} : { title }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...withHome(fields.rest(), { $inner: inner.rest() }),
  };
}

export interface CitedText {
  /** Where the citing text begins in the content as a whole, and how long it is so far. */
  offset: number;
  length: number;
}

/** Null for a citation of something that has no address. `exact` leaves out what was never said. */
export function encodeCitation(citation: Citation, text: CitedText, exact = false): JsonObject | null {
  if (citation.url === undefined) return null;
  const inner = {
    url: citation.url,
    ...(citation.title !== undefined || !exact ? { title: citation.title ?? "" } : {}),
    // Without a range it is the whole text that cites.
    ...(citation.start !== undefined || !exact ? { start_index: text.offset + (citation.start ?? 0) } : {}),
    ...(citation.end !== undefined || !exact ? { end_index: text.offset + (citation.end ?? text.length) } : {}),
    ...wireFields(asObject(citation.home?.["$inner"]) ?? {}),
  };
  return { type: "url_citation", url_citation: inner, ...wireFields(citation.home) };
}
