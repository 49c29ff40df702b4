/** Citations, both ways. The wire has five kinds of places to cite, and one of them has an address. */
import type { JsonObject } from "../../ir/json.ts";
import type { Citation } from "../../ir/part.ts";
import { given, homeOf, isObjectList, isString, openFields } from "./home.ts";

const WEB = "web_search_result_location";
const titleField = (type: unknown): string =>
  type === WEB || type === "search_result_location" ? "title" : "document_title";

/** All places of this wire are called so, and none of another wire's. */
const isPlace = (type: unknown): boolean => isString(type) && type.endsWith("_location");

export const isCitationList = (value: unknown): value is JsonObject[] =>
  isObjectList(value) && value.every((citation) => isPlace(citation["type"]));

export function decodeCitation(json: JsonObject): Citation {
  const fields = openFields(json);
  const url = json["type"] === WEB ? fields.take("url", isString) : undefined;
  const title = fields.take(titleField(json["type"]), isString);
  const quoted = fields.take("cited_text", isString);
  return { ...given({ url, title, quoted }), ...homeOf(fields) };
}

/** Null for a citation of another wire that has no address: the wire has no place for it. */
export function encodeCitation(citation: Citation): JsonObject | null {
  const { home, url, title, quoted } = citation;
  const type = home?.["type"];
  if (isPlace(type)) return { ...home, ...given({ url, [titleField(type)]: title, cited_text: quoted }) };
  if (url === undefined) return null;
  return { type: WEB, url, title: title ?? null, cited_text: quoted ?? "", encrypted_index: "" };
}

/** Undefined where none of the citations can be written; a list that was empty to begin with stays one. */
export function encodeCitations(citations: readonly Citation[] | undefined): JsonObject[] | undefined {
  if (!citations) return undefined;
  const written = citations.map(encodeCitation).filter((citation) => citation !== null);
  return written.length === 0 && citations.length > 0 ? undefined : written;
}
