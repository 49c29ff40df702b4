/** Where an answer has its facts from. Google counts in bytes of UTF-8, the neutral middle in UTF-16 units. */
import type { Citation } from "../../ir/part.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

/** A source, and the bytes of the text that it stands behind. */
export interface Source {
  url: string;
  title?: string;
  /** Absent: for the answer as a whole. */
  bytes?: { start: number; end: number };
  /** The part of the content that the bytes are counted in. */
  partIndex?: number;
}

export function sourcesOf(candidate: JsonObject): Source[] {
  const grounding = asObject(candidate["groundingMetadata"]) ?? asObject(candidate["grounding_metadata"]) ?? {};
  const chunks = asArray(grounding["groundingChunks"] ?? grounding["grounding_chunks"]).map(readChunk);
  const used = new Set<number>();
  const supported = asArray(grounding["groundingSupports"] ?? grounding["grounding_supports"]).flatMap((item) => {
    const support = asObject(item) ?? {};
    const segment = asObject(support["segment"]);
    const indices = asArray(support["groundingChunkIndices"] ?? support["grounding_chunk_indices"]);
    return indices.flatMap((index): Source[] => {
      const chunk = typeof index === "number" ? chunks[index] : null;
      if (!chunk || typeof index !== "number") return [];
      used.add(index);
      return [{ ...chunk, ...segmentOf(segment) }];
    });
  });
  const general = chunks.flatMap((chunk, index) => (chunk && !used.has(index) ? [chunk] : []));
  return [...supported, ...general, ...citedIn(candidate)];
}

function readChunk(item: unknown): Source | null {
  const chunk = asObject(item) ?? {};
  const source = asObject(chunk["web"]) ?? asObject(chunk["maps"]) ?? asObject(chunk["retrievedContext"]);
  return source ? sourceOf(source) : null;
}

function sourceOf(source: JsonObject): Source | null {
  const url = asText(source["uri"]);
  const title = asText(source["title"]);
  return url === null ? null : { url, ...(title === null ? {} : { title }) };
}

/** Text that the model learned by heart, with its address. */
function citedIn(candidate: JsonObject): Source[] {
  const metadata = asObject(candidate["citationMetadata"]) ?? asObject(candidate["citation_metadata"]);
  return asArray(metadata?.["citations"] ?? metadata?.["citationSources"]).flatMap((item) => {
    const citation = asObject(item) ?? {};
    const source = sourceOf(citation);
    return source ? [{ ...source, ...segmentOf(citation) }] : [];
  });
}

function segmentOf(segment: JsonObject | null): Pick<Source, "bytes" | "partIndex"> {
  const end = indexOf(segment, "endIndex", "end_index");
  if (end === 0) return {};
  const partIndex = indexOf(segment, "partIndex", "part_index");
  return {
    bytes: { start: indexOf(segment, "startIndex", "start_index"), end },
    ...(partIndex > 0 ? { partIndex } : {}),
  };
}

function indexOf(segment: JsonObject | null, camel: string, snake: string): number {
  const index = segment?.[camel] ?? segment?.[snake];
  return typeof index === "number" && index > 0 ? index : 0;
}

/** @param before bytes of the answer in front of `text`, where the source counts over more than this text. */
export function citationOf(source: Source, text: string, before = 0): Citation {
  const { url, title, bytes } = source;
  const said: Citation = { url, ...(title === undefined ? {} : { title }) };
  if (!bytes || bytes.start < before) return said;
  const encoded = Buffer.from(text);
  const start = encoded.subarray(0, bytes.start - before).toString().length;
  const end = encoded.subarray(0, bytes.end - before).toString().length;
  return end > start ? { ...said, start, end } : said;
}

/** Collects citations for the one `groundingMetadata` of an answer. */
export function createGrounding(): {
  /** @param before bytes of the answer in front of `text`; `partIndex` where they are counted in a part of its own. */
  add(citation: Citation, text: string, place: { before?: number; partIndex?: number }): void;
  /** Undefined when there is nothing to say. */
  metadata(): JsonObject | undefined;
} {
  const chunks: JsonObject[] = [];
  const supports: JsonObject[] = [];
  return {
    add({ url, title, start, end }, text, { before = 0, partIndex = 0 }) {
      if (url === undefined) return;
      chunks.push({ web: { uri: url, ...(title === undefined ? {} : { title }) } });
      if (start === undefined || end === undefined || end <= start) return;
      const segment = {
        ...(partIndex > 0 ? { partIndex } : {}),
        startIndex: before + Buffer.byteLength(text.slice(0, start)),
        endIndex: before + Buffer.byteLength(text.slice(0, end)),
        text: text.slice(start, end),
      };
      supports.push({ segment, groundingChunkIndices: [chunks.length - 1] });
    },
    metadata: () =>
      chunks.length === 0
        ? undefined
        : { groundingChunks: chunks, ...(supports.length > 0 ? { groundingSupports: supports } : {}) },
  };
}
