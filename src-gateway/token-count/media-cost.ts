/** What pictures, documents, sound and films cost. Only providers know it exactly, so each value is an upper one. */
import type { MediaPart } from "../ir/part.ts";
import { type ImageSize, readImageSize } from "./image-size.ts";

export interface MediaCost {
  tokens: number;
  /** A document that is text all through: it costs what its text costs. */
  text?: string;
}

/** Anthropic's rule: a token for 750 pixels, of a picture that is first made to fit. */
const PIXELS_PER_TOKEN = 750;
/** The largest picture that Anthropic takes as it is has 3.75 million pixels. */
const IMAGE_TOKENS_MAX = 5_000;
/** The smallest picture on Gemini. */
const IMAGE_TOKENS_MIN = 258;
/** A dense page as Anthropic reads it: up to 3,000 tokens of text, and a picture of the page. */
const PAGE_TOKENS = 4_500;
/** A hundred pages are what most providers take. */
const DOCUMENT_TOKENS_MAX = 100 * PAGE_TOKENS;
/** Where nothing is known about a document but that there is one. */
const DOCUMENT_TOKENS_UNSEEN = 10 * PAGE_TOKENS;
/** Pages with pictures and fonts have tens of bytes for each token, bare text packed into a PDF has four to ten. */
const DOCUMENT_BYTES_PER_TOKEN = 6;
/** Gemini's 32 tokens a second, at the 26 kbit/s of compressed speech. */
const AUDIO_BYTES_PER_TOKEN = 100;
/** Gemini's 300 tokens a second, at half a megabit. */
const VIDEO_BYTES_PER_TOKEN = 200;
/** Five minutes of it. */
const AUDIO_TOKENS_UNSEEN = 300 * 32;
const VIDEO_TOKENS_UNSEEN = 300 * 300;

export function costOfMedia(part: MediaPart): MediaCost {
  const data = "data" in part.blob ? part.blob.data : undefined;
  switch (part.kind) {
    case "image":
      return { tokens: data === undefined ? IMAGE_TOKENS_MAX : costOfImage(readImageSize(data)) };
    case "document":
      return data === undefined ? { tokens: DOCUMENT_TOKENS_UNSEEN } : costOfDocument(data, part.blob.mime ?? "");
    case "audio":
      return { tokens: data === undefined ? AUDIO_TOKENS_UNSEEN : costOfBytes(data, AUDIO_BYTES_PER_TOKEN) };
    case "video":
      return { tokens: data === undefined ? VIDEO_TOKENS_UNSEEN : costOfBytes(data, VIDEO_BYTES_PER_TOKEN) };
  }
}

/** Encrypted reasoning and the like: base64 of what was text once, at the usual four letters for a token. */
export function costOfOpaque(value: string): number {
  const picture = /^data:image\/[^;,]*;base64,/.exec(value.slice(0, 100));
  if (picture) return costOfImage(readImageSize(value.slice(picture[0].length)));
  return Math.ceil(value.length / 4);
}

/** Whether a string is data rather than something to read: a data URL, or base64 all through. */
export function isOpaque(value: string): boolean {
  return /^data:[\w.+-]+\/[\w.+-]+[;,]/.test(value) || isBase64(value);
}

function costOfImage(size: ImageSize | null): number {
  if (size === null) return IMAGE_TOKENS_MAX;
  const byArea = Math.ceil((size.width * size.height) / PIXELS_PER_TOKEN);
  return Math.min(IMAGE_TOKENS_MAX, Math.max(IMAGE_TOKENS_MIN, byArea, costInTiles(size)));
}

/** OpenAI's rule: fitted into 2,048 by 2,048, the short side brought down to 768, then 170 tokens a tile of 512. */
function costInTiles({ width, height }: ImageSize): number {
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const shrink = Math.min(1, 768 / Math.max(1, Math.min(width, height) * fit));
  const tiles = (side: number): number => Math.ceil((side * fit * shrink) / 512);
  return 85 + 170 * tiles(width) * tiles(height);
}

function costOfDocument(data: string, mime: string): MediaCost {
  if (/^text\/|json|xml|yaml|javascript/.test(mime)) {
    return { tokens: 0, text: isBase64(data) ? Buffer.from(data, "base64").toString("utf8") : data };
  }
  const byBytes = costOfBytes(data, DOCUMENT_BYTES_PER_TOKEN);
  return { tokens: Math.min(DOCUMENT_TOKENS_MAX, Math.max(PAGE_TOKENS, byBytes)) };
}

function costOfBytes(base64: string, bytesPerToken: number): number {
  return Math.ceil((base64.length * 3) / 4 / bytesPerToken);
}

function isBase64(value: string): boolean {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(value);
}
