/** The pieces of a message's content, and of a tool's output, both ways. */
import type { Blob, CacheMark, MediaPart, NativePart, Part, TextPart, Turn } from "../../ir/part.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeAnnotations, restoreAnnotation } from "./annotations.ts";
import { blobToDataUrl, fileName, readDataUrl } from "./files.ts";
import { rememberSpelling, restoreSpelling } from "./spelling.ts";

export const WIRE = "openai-responses";

type Role = Turn["role"];

function decodePiece(raw: JsonObject, role: Role): Part {
  const part = readPiece(raw);
  if (part === null) return nativePiece(raw);
  return { ...part, ...rememberSpelling(raw, ownPiece(part, role)) };
}

/** Undefined for what is no list of objects. */
export function decodePieces(content: unknown, role: Role): Part[] | undefined {
  if (!Array.isArray(content)) return undefined;
  const pieces = content.map(asObject);
  return pieces.includes(null) ? undefined : pieces.flatMap((raw) => (raw ? [decodePiece(raw, role)] : []));
}

/** A part that was read from this wire, or is written as if it had been. */
export const restorePiece = (part: Part, role: Role): JsonObject =>
  part.kind === "native" ? part.raw : restoreSpelling(ownPiece(part, role), part.home);

/** A part that another wire gave; null when there is nothing to write. */
export function encodePiece(part: Part, role: Role): JsonObject | null {
  switch (part.kind) {
    case "text":
      return part.text === "" ? null : { type: textType(role), text: part.text };
    case "refusal":
      return role === "assistant" ? ownPiece(part, role) : null;
    case "image":
      return role === "assistant" ? null : { detail: "auto", ...ownPiece(part, role) };
    case "document":
      if (role === "assistant") return null;
      return "data" in part.blob
        ? { type: "input_file", filename: fileName(part.title, part.blob.mime), file_data: blobToDataUrl(part.blob) }
        : { type: "input_file", ...address(part.blob, "file_url") };
    case "audio":
      return role === "assistant" ? null : ownPiece(part, role);
    default:
      return null;
  }
}

export const isPiece = (part: Part): boolean =>
  part.kind === "native"
    ? part.home?.["$piece"] === true
    : part.kind !== "thinking" && part.kind !== "call" && part.kind !== "result";

/** The text of parts that are nothing but text; undefined when one is something else. */
export function plainText(parts: readonly Part[], separator = ""): string | undefined {
  const texts = parts.map((part) => (part.kind === "text" ? part.text : null));
  return texts.includes(null) ? undefined : texts.join(separator);
}

function readPiece(raw: JsonObject): Exclude<Part, NativePart> | null {
  const cache = readCache(raw["prompt_cache_breakpoint"]);
  switch (raw["type"]) {
    case "input_text":
    case "output_text":
    case "text":
      return typeof raw["text"] === "string" ? { ...readText(raw, raw["text"]), ...cache } : null;
    case "refusal":
      return typeof raw["refusal"] === "string" ? { kind: "refusal", text: raw["refusal"] } : null;
    case "input_image": {
      const blob = readBlob(raw, asText(raw["image_url"]));
      const detail = asText(raw["detail"]);
      return blob && { kind: "image", blob, ...(detail ? { detail } : {}), ...cache };
    }
    case "input_file": {
      const blob = readFile(raw);
      const title = asText(raw["filename"]);
      return blob && { kind: "document", blob, ...(title ? { title } : {}), ...cache };
    }
    case "input_audio": {
      const audio = asObject(raw["input_audio"]);
      const data = asText(audio?.["data"]);
      return data === null
        ? null
        : { kind: "audio", blob: { data, mime: `audio/${asText(audio?.["format"]) ?? "wav"}` } };
    }
    default:
      return null;
  }
}

function readText(raw: JsonObject, text: string): TextPart {
  const citations = decodeAnnotations(raw["annotations"]);
  return citations.length === 0 ? { kind: "text", text } : { kind: "text", text, citations };
}

function readCache(breakpoint: unknown): { cache?: CacheMark } {
  const object = asObject(breakpoint);
  const ttl = asText(object?.["ttl"]);
  return object ? { cache: ttl ? { ttl } : {} } : {};
}

function readBlob(raw: JsonObject, url: string | null): Blob | null {
  if (url !== null) return readDataUrl(url) ?? { url };
  const fileId = asText(raw["file_id"]);
  return fileId === null ? null : { fileId };
}

function readFile(raw: JsonObject): Blob | null {
  const data = asText(raw["file_data"]);
  // Bare base64 is taken for a PDF, as the API does.
  if (data !== null) return readDataUrl(data) ?? { data, mime: "application/pdf" };
  return readBlob(raw, asText(raw["file_url"]));
}

const nativePiece = (raw: JsonObject): NativePart => ({
  kind: "native",
  wire: WIRE,
  type: asText(raw["type"]) ?? "unknown",
  raw,
  home: { $piece: true },
});

const textType = (role: Role): string => (role === "assistant" ? "output_text" : "input_text");

function ownPiece(part: Part, role: Role): JsonObject {
  const cache = part.cache ? { prompt_cache_breakpoint: { mode: "explicit", ...part.cache } } : {};
  switch (part.kind) {
    case "text": {
      const annotations = part.citations?.map(restoreAnnotation);
      return { type: textType(role), text: part.text, ...(annotations ? { annotations } : {}), ...cache };
    }
    case "refusal":
      return { type: "refusal", refusal: part.text };
    case "image":
      return {
        type: "input_image",
        ...address(part.blob, "image_url"),
        ...(part.detail === undefined ? {} : { detail: part.detail }),
        ...cache,
      };
    case "document":
      return { type: "input_file", ...documentSource(part), ...cache };
    case "audio": {
      const { blob } = part;
      const data = "data" in blob ? blob : { data: "", mime: "" };
      return { type: "input_audio", input_audio: { data: data.data, format: audioFormat(data.mime) } };
    }
    default:
      return {};
  }
}

function documentSource({ blob, title }: MediaPart): JsonObject {
  const name = title === undefined ? {} : { filename: title };
  return "data" in blob ? { file_data: blobToDataUrl(blob), ...name } : { ...address(blob, "file_url"), ...name };
}

function address(blob: Blob, urlField: "image_url" | "file_url"): JsonObject {
  if ("fileId" in blob) return { file_id: blob.fileId };
  return { [urlField]: "url" in blob ? blob.url : blobToDataUrl(blob) };
}

const audioFormat = (mime: string): string => {
  const subtype = mime.replace(/^audio\//, "");
  return subtype === "mpeg" ? "mp3" : subtype.replace(/^x-/, "");
};
