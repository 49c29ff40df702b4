/** Images, documents, audio and video as Converse wants them: bytes (or an S3 address) with a format by name. */
import { GatewayError } from "../../ir/errors.ts";
import type { MediaPart } from "../../ir/part.ts";
import type { JsonObject } from "../loose-json.ts";

const IMAGES: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
};
const DOCUMENTS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "text/csv": "csv",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/html": "html",
  "text/plain": "txt",
  "application/json": "txt",
  "text/markdown": "md",
};
const AUDIO: Readonly<Record<string, string>> = {
  "audio/mpeg": "mp3",
  "audio/mp3": "mp3",
  "audio/mp4": "mp4",
  "audio/m4a": "m4a",
  "audio/x-m4a": "m4a",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/flac": "flac",
  "audio/ogg": "ogg",
  "audio/opus": "opus",
  "audio/aac": "aac",
  "audio/webm": "webm",
};
const VIDEO: Readonly<Record<string, string>> = {
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/webm": "webm",
  "video/x-matroska": "mkv",
  "video/mpeg": "mpeg",
  "video/x-flv": "flv",
  "video/x-ms-wmv": "wmv",
  "video/3gpp": "three_gp",
};
const FORMATS = { image: IMAGES, document: DOCUMENTS, audio: AUDIO, video: VIDEO };

const MAX_NAME = 180;

/** Gives each document of a request a name that the provider takes and that no other has. */
export function createDocumentNamer(): (title: string | undefined) => string {
  const given = new Set<string>();
  return (title) => {
    // Everything else is refused, and so are two blanks in a row.
    const legal = (title ?? "").replace(/[^A-Za-z0-9()[\]-]+/g, " ").trim();
    const base = legal.slice(0, MAX_NAME).trim() || "Document";
    let name = base;
    for (let n = 2; given.has(name.toLowerCase()); n++) name = `${base} ${n}`;
    given.add(name.toLowerCase());
    return name;
  };
}

/** @throws GatewayError unsupported_operation for a kind of file that the wire has no word for. */
export function mediaBlock(part: MediaPart, nameDocument: (title: string | undefined) => string): JsonObject {
  const format = formatOf(part);
  const source = sourceOf(part);
  if (part.kind !== "document") return { [part.kind]: { format, source } };
  return { document: { format, name: nameDocument(part.title), source } };
}

function formatOf(part: MediaPart): string {
  const mime = (part.blob.mime ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const format = FORMATS[part.kind][mime];
  if (format !== undefined) return format;
  if (part.kind === "document" && mime.startsWith("text/")) return "txt";
  throw new GatewayError(
    "unsupported_operation",
    `Amazon Bedrock takes no ${part.kind} of the type "${mime || "unknown"}". Send one of ${Object.keys(FORMATS[part.kind]).join(", ")}, or ask a model of another provider.`,
  );
}

function sourceOf(part: MediaPart): JsonObject {
  const { blob } = part;
  if ("data" in blob) return { bytes: blob.data };
  if ("url" in blob && blob.url.startsWith("s3://")) return { s3Location: { uri: blob.url } };
  throw new GatewayError(
    "unsupported_operation",
    `Amazon Bedrock takes an ${part.kind === "image" ? "image" : `attachment (${part.kind})`} only as bytes or from S3, not by an address or a file id. Send it as base64.`,
  );
}

/** The media type of a format, for what a model sends. */
export function imageMime(format: string | null): string {
  return `image/${format ?? "png"}`;
}
