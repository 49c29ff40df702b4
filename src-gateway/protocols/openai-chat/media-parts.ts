/** Pictures, sound, video and files in content, both ways. */
import type { JsonObject } from "../../ir/json.ts";
import type { Blob, MediaPart, Part } from "../../ir/part.ts";
import { asObject, asText } from "../loose-json.ts";
import { createTaker, type Taker, wireFields, withHome } from "./chat-fields.ts";

/** Null for what is no media, or not of its shape. */
export function decodeMedia(block: JsonObject): MediaPart | null {
  const fields = createTaker(block);
  switch (fields.text("type")) {
    case "image_url":
      return decodeByUrl(fields, "image", "image_url");
    case "video_url":
      return decodeByUrl(fields, "video", "video_url");
    case "input_audio":
      return decodeAudio(fields);
    case "file":
      return decodeFile(fields);
    default:
      return null;
  }
}

function decodeByUrl(fields: Taker, kind: "image" | "video", name: string): MediaPart | null {
  const bare = fields.filled(name);
  const inner = createTaker(fields.object(name) ?? {});
  const url = bare ?? inner.filled("url");
  if (url === undefined) return null;
  const { blob, prefix } = readUrl(url);
  const detail = inner.text("detail");
  return {
    kind,
    blob,
    ...(detail === undefined ? {} : { detail }),
    ...withHome(fields.rest(), { $bare: bare !== undefined, $prefix: prefix, $inner: inner.rest() }),
  };
}

function decodeAudio(fields: Taker): MediaPart | null {
  const inner = createTaker(fields.object("input_audio") ?? {});
  const data = inner.text("data");
  const format = inner.filled("format");
  if (data === undefined || format === undefined) return null;
  return {
    kind: "audio",
    blob: { data, mime: `audio/${format}` },
    ...withHome(fields.rest(), { $format: format, $inner: inner.rest() }),
  };
}

function decodeFile(fields: Taker): MediaPart | null {
  const inner = createTaker(fields.object("file") ?? {});
  const title = inner.text("filename");
  const fileId = inner.filled("file_id");
  const data = fileId === undefined ? inner.filled("file_data") : undefined;
  const { blob, prefix } = fileId !== undefined ? { blob: { fileId }, prefix: undefined } : readFileData(data);
  if (!blob) return null;
  return {
    kind: "document",
    blob,
    ...(title === undefined ? {} : { title }),
    ...withHome(fields.rest(), { $untitled: title === undefined, $prefix: prefix, $inner: inner.rest() }),
  };
}

interface ReadUrl {
  blob: Blob;
  /** What stood in front of the bytes, where it is not what would be written. */
  prefix?: string | undefined;
}

function readUrl(url: string): ReadUrl {
  // A type and its parameters are short; a comma further on belongs to something else.
  const comma = url.startsWith("data:") ? url.slice(0, 256).indexOf(",") : -1;
  const prefix = url.slice(0, comma + 1);
  if (!/;base64,$/i.test(prefix)) return { blob: { url } };
  const mime = prefix.slice("data:".length).split(/[;,]/, 1)[0] || "application/octet-stream";
  return { blob: { data: url.slice(prefix.length), mime }, prefix: prefix === dataPrefix(mime) ? undefined : prefix };
}

/** Some clients send the bytes of a file without saying what they are: then they are a PDF. */
function readFileData(data: string | undefined): { blob: Blob | null; prefix?: string | undefined } {
  if (data === undefined) return { blob: null };
  if (/^(?:data:|https?:)/i.test(data)) return readUrl(data);
  return { blob: { data, mime: "application/pdf" }, prefix: "none" };
}

const dataPrefix = (mime: string): string => `data:${mime};base64,`;

/** Null for a part that content has no block for. */
export function encodeMedia(part: Part): JsonObject | null {
  const inner = asObject(part.home?.["$inner"]) ?? {};
  const rest = wireFields(part.home);
  switch (part.kind) {
    case "image":
    case "video": {
      const name = `${part.kind}_url`;
      const url = urlOf(part);
      if (part.home?.["$bare"] === true) return { type: name, [name]: url, ...rest };
      const detail = part.detail === undefined ? {} : { detail: part.detail };
      return { type: name, [name]: { url, ...detail, ...wireFields(inner) }, ...rest };
    }
    case "audio": {
      const data = "data" in part.blob ? part.blob.data : "";
      const format = asText(part.home?.["$format"]) ?? formatOf(part.blob.mime ?? "");
      return { type: "input_audio", input_audio: { data, format, ...wireFields(inner) }, ...rest };
    }
    case "document":
      return { type: "file", file: { ...encodeFile(part), ...wireFields(inner) }, ...rest };
    default:
      return null;
  }
}

function encodeFile(part: MediaPart): JsonObject {
  const title = part.title === undefined ? {} : { filename: part.title };
  if ("fileId" in part.blob) return { file_id: part.blob.fileId, ...title };
  // Bytes without a name are refused.
  const named = part.home?.["$untitled"] === true ? {} : { filename: part.title ?? nameFor(part.blob.mime) };
  return { file_data: urlOf(part), ...named };
}

const nameFor = (mime: string | undefined): string => `document.${mime?.split("/")[1] ?? "pdf"}`;

function urlOf(part: MediaPart): string {
  if ("url" in part.blob) return part.blob.url;
  if ("fileId" in part.blob) return part.blob.fileId;
  const prefix = asText(part.home?.["$prefix"]) ?? dataPrefix(part.blob.mime);
  return `${prefix === "none" ? "" : prefix}${part.blob.data}`;
}

const FORMATS: Readonly<Record<string, string>> = { mpeg: "mp3", "x-wav": "wav", wave: "wav", "vnd.wave": "wav" };

function formatOf(mime: string): string {
  const name = mime.split(/[/;]/)[1] ?? "wav";
  return FORMATS[name] ?? name;
}
