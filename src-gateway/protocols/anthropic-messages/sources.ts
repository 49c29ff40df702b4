/** The `source` of images and documents, both ways. */
import type { JsonObject } from "../../ir/json.ts";
import type { Blob, MediaPart } from "../../ir/part.ts";
import { asObject } from "../loose-json.ts";
import { isObjectList } from "./home.ts";

/** A source as bytes or an address; `spelling` when it takes more than those to write it again. Null: no word for it. */
export function decodeSource(
  kind: "image" | "document",
  source: JsonObject,
): { blob: Blob; spelling?: "text" | JsonObject } | null {
  const found = readSource(kind, source);
  if (!found) return null;
  if (sameJson(writeSource(found.blob, found.isText), source)) {
    return found.isText ? { blob: found.blob, spelling: "text" } : { blob: found.blob };
  }
  return { blob: found.blob, spelling: source };
}

function readSource(kind: "image" | "document", source: JsonObject): { blob: Blob; isText: boolean } | null {
  const { type, data, media_type: mime, url, file_id: fileId, content } = source;
  if (type === "base64" && typeof data === "string") {
    const assumed = kind === "image" ? "image/png" : "application/pdf";
    return { blob: { data, mime: typeof mime === "string" ? mime : assumed }, isText: false };
  }
  if (type === "url" && typeof url === "string") return { blob: { url }, isText: false };
  if (type === "file" && typeof fileId === "string") return { blob: { fileId }, isText: false };
  if (type === "text" && typeof data === "string") return { blob: textBlob(data), isText: true };
  if (type === "content") {
    const text = typeof content === "string" ? content : textOf(content);
    if (text !== "") return { blob: textBlob(text), isText: false };
  }
  return null;
}

const textOf = (content: unknown): string =>
  isObjectList(content)
    ? content.flatMap((block) => (typeof block["text"] === "string" ? [block["text"]] : [])).join("\n\n")
    : "";

const textBlob = (text: string): Blob => ({ data: Buffer.from(text).toString("base64"), mime: "text/plain" });

/** The source of a part that may come from any wire. */
export function encodeSource(part: MediaPart, isOwn: boolean): JsonObject {
  const spelling = part.home?.["$source"];
  // Plain text has a source of its own here; in base64 the API takes nothing but PDF.
  const isText = isOwn ? spelling === "text" : part.kind === "document" && isTextual(part.blob);
  return asObject(spelling) ?? writeSource(part.blob, isText);
}

const isTextual = (blob: Blob): boolean => "data" in blob && blob.mime.startsWith("text/");

function writeSource(blob: Blob, isText: boolean): JsonObject {
  if ("url" in blob) return { type: "url", url: blob.url };
  if ("fileId" in blob) return { type: "file", file_id: blob.fileId };
  if (isText) {
    return { type: "text", media_type: "text/plain", data: Buffer.from(blob.data, "base64").toString("utf8") };
  }
  return { type: "base64", media_type: blob.mime, data: blob.data };
}

/** Sources are flat, but for those that are kept as they are anyway. */
function sameJson(one: JsonObject, other: JsonObject): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
