import type { Blob, MediaPart } from "../../ir/part.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { asString, type CaseReader, createCaseReader, spell, withHome } from "./case-reader.ts";

const UNKNOWN_MIME = "application/octet-stream";

/** Bytes or the address of a file; null when the part has neither. Takes the field out of the reader. */
export function takeMedia(reader: CaseReader): MediaPart | null {
  return reader.take("inlineData", readInline) ?? reader.take("fileData", readFile);
}

function readInline(value: unknown): MediaPart | null {
  const raw = asObject(value);
  if (!raw) return null;
  const reader = createCaseReader(raw);
  const data = reader.take("data", asString);
  if (data === null) return null;
  const mime = reader.take("mimeType", asText);
  const title = asText(raw["displayName"]) ?? asText(raw["display_name"]);
  const inner = { ...reader.home(), ...(mime === null ? { $mime: "none" } : {}) };
  return media({ data, mime: mime ?? UNKNOWN_MIME }, mime ?? "", title, inner);
}

function readFile(value: unknown): MediaPart | null {
  const raw = asObject(value);
  if (!raw) return null;
  const reader = createCaseReader(raw);
  const uri = reader.take("fileUri", asText);
  if (uri === null) return null;
  const mime = reader.take("mimeType", asText);
  const title = asText(raw["displayName"]) ?? asText(raw["display_name"]);
  const address = isForEveryone(uri) ? { url: uri } : { fileId: uri };
  return media({ ...address, ...(mime === null ? {} : { mime }) }, mime ?? mimeOfPage(uri), title, reader.home());
}

function media(blob: Blob, mime: string, title: string | null, inner: JsonObject): MediaPart {
  const home = Object.keys(inner).length > 0 ? { $inner: inner } : {};
  return { kind: kindOf(mime), blob, ...(title === null ? {} : { title }), ...withHome(home) };
}

/** Files of Google's own stores can only be read by Google: to everyone else their address is a name. */
const isForEveryone = (uri: string): boolean =>
  /^https?:\/\//i.test(uri) && !/^https?:\/\/[^/]*generativelanguage[^/]*\/.*\bfiles\//i.test(uri);

/** Gemini watches films on YouTube, whose addresses come without a type. */
const mimeOfPage = (uri: string): string =>
  /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//i.test(uri) ? "video/*" : "";

function kindOf(mime: string): MediaPart["kind"] {
  if (mime.startsWith("image/")) return "image";
  if (mime.startsWith("audio/")) return "audio";
  return mime.startsWith("video/") ? "video" : "document";
}

export function mediaFields(part: MediaPart): JsonObject {
  const inner = asObject(part.home?.["$inner"]) ?? {};
  const { blob } = part;
  if ("data" in blob) {
    const isUnsaid = inner["$mime"] === "none" && blob.mime === UNKNOWN_MIME;
    return { inlineData: spell({ mimeType: isUnsaid ? undefined : blob.mime, data: blob.data }, inner) };
  }
  const fileUri = "url" in blob ? blob.url : blob.fileId;
  return { fileData: spell({ mimeType: blob.mime, fileUri }, inner) };
}
