/** From an exchange as it was to what may be kept of it: without secrets, with its words and the name of its conversation. */
import { createHash } from "node:crypto";
import { answerText } from "./answer-text.ts";
import { hideInJson, type Redact } from "./hide-secrets.ts";
import { openingTexts, spokenTexts } from "./request-texts.ts";
import type { BodyHead, NewBody } from "./types.ts";

export interface PreparedBody {
  head: BodyHead;
  request: Buffer | null;
  answer: Buffer | null;
  /** Null when it is no turn of a conversation. */
  conversation: string | null;
  /** What was said: the request's texts, and the answer's. */
  spoken: string[];
  said: string;
}

export function prepareBody(body: NewBody, hide: Redact): PreparedBody {
  const request = body.request === null ? null : cleanRequest(asBuffer(body.request), hide);
  const answer = body.answer === null ? null : cleanAnswer(asBuffer(body.answer), body.head, hide);
  return {
    head: {
      ...hideInHead(body.head, hide),
      answerIsText: answer?.isText ?? false,
    },
    request: request?.bytes ?? null,
    answer: answer?.bytes ?? null,
    conversation: conversationOf(body, request?.json),
    spoken:
      request === null ? [] : request.json === undefined ? [request.bytes.toString("utf8")] : spokenTexts(request.json),
    said: answer?.text ?? "",
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes stay as they came unless a secret was in them. */
function cleanRequest(bytes: Buffer, hide: Redact): { bytes: Buffer; json: unknown } {
  const text = bytes.toString("utf8");
  const json = parse(text);
  if (json === undefined) return { bytes: replaced(bytes, text, hide(text)), json };
  const clean = hideInJson(json, hide);
  return { bytes: clean === json ? bytes : Buffer.from(JSON.stringify(clean)), json: clean };
}

function cleanAnswer(bytes: Buffer, head: BodyHead, hide: Redact): { bytes: Buffer; text: string; isText: boolean } {
  const raw = bytes.toString("utf8");
  const json = raw.trimStart().startsWith("{") ? parse(raw) : undefined;
  const clean = json === undefined ? null : hideInJson(json, hide);
  const bytesKept =
    clean === null ? replaced(bytes, raw, hide(raw)) : clean === json ? bytes : Buffer.from(JSON.stringify(clean));
  const text = answerText(bytesKept, head.surface);
  const cleanText = hide(text);
  // In pieces over several frames, it was not seen in the bytes.
  if (cleanText !== text) return { bytes: Buffer.from(cleanText), text: cleanText, isText: true };
  return { bytes: bytesKept, text, isText: false };
}

const replaced = (bytes: Buffer, text: string, clean: string): Buffer => (clean === text ? bytes : Buffer.from(clean));

function hideInHead(head: BodyHead, hide: Redact): BodyHead {
  const headers = Object.entries(head.headers).map(([name, value]) => [name, hide(value)] as const);
  return { ...head, path: hide(head.path), headers: Object.fromEntries(headers) };
}

/** Turns of one conversation begin alike, go to the same model, and belong to the same caller. */
function conversationOf(body: NewBody, json: unknown): string | null {
  const opening = openingTexts(json);
  if (opening === null) return null;
  const name = JSON.stringify([body.userId, body.apiKeyId, body.head.surface, body.modelAsked, opening]);
  return createHash("sha256").update(name).digest("base64url").slice(0, 22);
}

/** Undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
