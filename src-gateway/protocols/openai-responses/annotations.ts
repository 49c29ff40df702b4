import type { Citation } from "../../ir/part.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { defined, rememberSpelling, restoreSpelling } from "./spelling.ts";

/** Citations of files, whose fields stand in `home` because no other wire has words for them. */
const FILE_ANNOTATIONS = new Set(["file_citation", "container_file_citation", "file_path"]);

export function decodeAnnotation(raw: JsonObject): Citation {
  const citation: Citation =
    raw["type"] === "url_citation"
      ? defined({
          url: asText(raw["url"]) ?? undefined,
          title: asText(raw["title"]) ?? undefined,
          start: asIndex(raw["start_index"]),
          end: asIndex(raw["end_index"]),
        })
      : {};
  return { ...citation, ...rememberSpelling(raw, standardAnnotation(citation)) };
}

/** The annotation as it was read from this wire. */
export const restoreAnnotation = (citation: Citation): JsonObject =>
  restoreSpelling(standardAnnotation(citation), citation.home);

/**
 * The citation of any wire's answer, with every field that the official SDKs require.
 * @param textLength where the citing text ends as far as it is known, for wires that cite a block as a whole.
 * @returns null for one that this wire has no word for.
 */
export function encodeAnnotation(citation: Citation, textLength: number): JsonObject | null {
  if (citation.url !== undefined) {
    return {
      type: "url_citation",
      url: citation.url,
      title: citation.title ?? "",
      start_index: citation.start ?? 0,
      end_index: citation.end ?? textLength,
    };
  }
  const type = citation.home?.["type"];
  return typeof type === "string" && FILE_ANNOTATIONS.has(type) ? restoreAnnotation(citation) : null;
}

export function decodeAnnotations(value: unknown): Citation[] {
  return (Array.isArray(value) ? value : []).flatMap((each) => {
    const raw = asObject(each);
    return raw ? [decodeAnnotation(raw)] : [];
  });
}

function standardAnnotation(citation: Citation): JsonObject {
  if (citation.url === undefined) return {};
  return {
    type: "url_citation",
    url: citation.url,
    ...(citation.title === undefined ? {} : { title: citation.title }),
    ...(citation.start === undefined ? {} : { start_index: citation.start }),
    ...(citation.end === undefined ? {} : { end_index: citation.end }),
  };
}

const asIndex = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
