/** Images, documents and sounds for a wire that was not asked: what it cannot take is worded as text, or refused. */
import { rulingFor } from "../../ir/field-map.ts";
import type { MediaPart, Part } from "../../ir/part.ts";
import type { LossCollector } from "./loss-collector.ts";
import { type AdaptTarget, WIRE_TRAITS } from "./target.ts";

const isTextMime = (mime: string): boolean =>
  mime.startsWith("text/") || /^application\/(?:json|xml|x-yaml|yaml|javascript|typescript|x-sh)\b/.test(mime);

/** @throws GatewayError unsupported_operation for what the target cannot be given in any form. */
export function adaptMedia(part: MediaPart, target: AdaptTarget, losses: LossCollector): Part {
  const { home: _, detail, title, cache, ...bare } = part;
  const spoken: MediaPart = { ...bare, ...(cache ? { cache } : {}) };
  if (detail !== undefined) {
    if (rulingFor("imageDetail", target.wire).verdict === "lossless") spoken.detail = detail;
    else if (detail !== "auto") losses.note("imageDetail");
  }
  const asWords =
    "data" in part.blob && part.kind === "document" && isTextMime(part.blob.mime) && !keepsTextDocuments(target);
  if (title !== undefined && !asWords) {
    const isNamed = part.kind === "document" && rulingFor("documentTitle", target.wire).verdict === "lossless";
    if (isNamed) spoken.title = title;
    else losses.note("documentTitle", { verdict: "dropped", note: "has no counterpart" });
  }
  if ("fileId" in part.blob) losses.note("fileId");
  if ("url" in part.blob) {
    losses.note(part.kind === "image" ? "imageUrl" : part.kind === "document" ? "documentUrl" : part.kind);
    return spoken;
  }
  if (asWords && "data" in part.blob) {
    losses.note("documentText", { verdict: "emulated", note: "is sent as plain text" });
    const text = Buffer.from(part.blob.data, "base64").toString("utf8");
    return { kind: "text", text: title ? `${title}\n\n${text}` : text, ...(cache ? { cache } : {}) };
  }
  if (!WIRE_TRAITS[target.wire].inline.has(part.kind)) losses.note(part.kind);
  return spoken;
}

const keepsTextDocuments = (target: AdaptTarget): boolean =>
  target.wire === "anthropic-messages" || target.wire === "gemini-content" || target.wire === "bedrock-converse";
