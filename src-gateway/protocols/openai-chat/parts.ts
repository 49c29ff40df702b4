/** The pieces of a message's content, both ways. */
import type { JsonObject } from "../../ir/json.ts";
import type { CacheMark, Part, ResultPart } from "../../ir/part.ts";
import { asObject, asText } from "../loose-json.ts";
import { createTaker, invalid, wireFields, withHome } from "./chat-fields.ts";
import { decodeForeignBlock, encodeForeignBlock, isForeignBlock } from "./foreign-blocks.ts";
import { decodeMedia, encodeMedia } from "./media-parts.ts";

/** How content was written, where it could have been otherwise; undefined is a plain string with something in it. */
export interface DecodedContent {
  parts: Part[];
  spelling: "parts" | "empty" | "null" | "absent" | undefined;
}

/** @throws GatewayError invalid_request for what is neither text nor a list of blocks. */
export function decodeContent(content: unknown, where: string): DecodedContent {
  if (content === undefined) return { parts: [], spelling: "absent" };
  if (content === null) return { parts: [], spelling: "null" };
  if (content === "") return { parts: [], spelling: "empty" };
  if (typeof content === "string") return { parts: [{ kind: "text", text: content }], spelling: undefined };
  if (!Array.isArray(content)) throw invalid(where, "must be a string or a list of content parts.");
  return { parts: content.map((part, n) => decodeEntry(part, `${where}[${n}]`)), spelling: "parts" };
}

function decodeEntry(entry: unknown, where: string): Part {
  if (typeof entry === "string") return { kind: "text", text: entry, home: { $bare: true } };
  const raw = asObject(entry);
  if (!raw) throw invalid(where, "must be a content part: an object with a `type`.");
  const { cache, spelling, rest: block } = splitCache(raw);
  const part = decodeText(block) ?? decodeMedia(block) ?? decodeForeignBlock(block) ?? decodeToolResult(block, where);
  if (!part) return { kind: "native", wire: "openai-chat", type: String(raw["type"]), raw };
  if (!cache) return part;
  return { ...part, cache, ...withHome(part.home ?? {}, { $breakpoint: spelling === "prompt_cache_breakpoint" }) };
}

/** A result in Anthropic's words, in the content of the user's message. */
function decodeToolResult(block: JsonObject, where: string): Part | null {
  const fields = createTaker(block);
  const id = fields.text("type") === "tool_result" ? fields.text("tool_use_id") : undefined;
  if (id === undefined) return null;
  const { parts, spelling } = decodeContent(fields.any("content"), `${where}.content`);
  // `is_error: false` says what its absence says; it stays among the block's own fields.
  const isError = block["is_error"] === true;
  if (isError) fields.any("is_error");
  return { kind: "result", id, parts, isError, ...withHome(fields.rest(), { $block: true, $content: spelling }) };
}

/** Null for what is neither text nor a refusal. */
function decodeText(block: JsonObject): Part | null {
  const kind = block["type"];
  if (kind !== "text" && kind !== "refusal") return null;
  const fields = createTaker(block);
  fields.any("type");
  const text = fields.text(kind);
  return text === undefined ? null : { kind, text, ...withHome(fields.rest(), { $inContent: kind === "refusal" }) };
}

type CacheSpelling = "prompt_cache_breakpoint" | "cache_control";

/** Takes the cache mark off a part or tool: in OpenAI's words, or in Anthropic's, as OpenRouter and others take it. */
export function splitCache(raw: JsonObject): { cache?: CacheMark; spelling?: CacheSpelling; rest: JsonObject } {
  const own = readMark(asObject(raw["prompt_cache_breakpoint"]), "mode", "explicit");
  const cache = own ?? readMark(asObject(raw["cache_control"]), "type", "ephemeral");
  if (!cache) return { rest: raw };
  const spelling: CacheSpelling = own ? "prompt_cache_breakpoint" : "cache_control";
  const { [spelling]: _mark, ...rest } = raw;
  return { cache, spelling, rest };
}

function readMark(mark: JsonObject | null, word: string, value: string): CacheMark | null {
  if (mark?.[word] !== value) return null;
  const { [word]: _word, ttl, ...rest } = mark;
  if (Object.keys(rest).length > 0) return null;
  if (ttl === undefined) return {};
  return typeof ttl === "string" ? { ttl } : null;
}

/** The mark of a part or tool that was read from this wire; others have none left. */
export function encodeCache(cache: CacheMark | undefined, home: JsonObject | undefined): JsonObject {
  if (!cache) return {};
  return home?.["$breakpoint"] === true
    ? { prompt_cache_breakpoint: { mode: "explicit", ...cache } }
    : { cache_control: { type: "ephemeral", ...cache } };
}

/** What goes into the field `content`; undefined leaves the field out. */
export function encodeContent(parts: Part[], spelling: string | null): unknown {
  if (parts.length === 0) {
    if (spelling === "absent") return undefined;
    if (spelling === "null") return null;
    return spelling === "parts" ? [] : "";
  }
  if (spelling === "parts" || !parts.every((part) => part.kind === "text")) return parts.map(encodePart);
  // Not every server takes a list where a text would do.
  return parts.map((part) => part.text).join("\n\n");
}

function encodePart(part: Part): unknown {
  if (part.home?.["$bare"] === true && part.kind === "text") return part.text;
  if (part.kind === "native") return part.raw;
  const foreign = part.kind === "result" ? encodeToolResult(part) : encodeForeignBlock(part);
  const block = isForeignBlock(part) ? foreign : encodeOwnBlock(part);
  return { ...block, ...encodeCache(part.cache, part.home) };
}

function encodeToolResult(part: ResultPart): JsonObject {
  const content = encodeContent(part.parts, asText(part.home?.["$content"]));
  return {
    type: "tool_result",
    tool_use_id: part.id,
    ...(content === undefined ? {} : { content }),
    ...(part.isError ? { is_error: true } : {}),
    ...wireFields(part.home),
  };
}

function encodeOwnBlock(part: Part): JsonObject | null {
  if (part.kind === "text" || part.kind === "refusal")
    return { type: part.kind, [part.kind]: part.text, ...wireFields(part.home) };
  return encodeMedia(part);
}
