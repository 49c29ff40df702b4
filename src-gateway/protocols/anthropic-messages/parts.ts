/** Content blocks, both ways. */
import type { JsonObject } from "../../ir/json.ts";
import type { CallPart, MediaPart, Opaque, Part, ResultPart, TextPart, ThinkingPart } from "../../ir/part.ts";
import { callInput } from "../call-input.ts";
import { asText } from "../loose-json.ts";
import { takeMark, writeMark } from "./cache-marks.ts";
import { decodeCitation, encodeCitations, isCitationList } from "./citations.ts";
import { type Fields, given, isObject, isObjectList, isString, isTrue, openFields, written } from "./home.ts";
import { decodeSource, encodeSource } from "./sources.ts";

const WIRE = "anthropic-messages";

/** Any block of any origin; what is unknown or misshapen is a native part. */
export function decodePart(block: JsonObject): Part {
  const fields = openFields(block);
  fields.drop("type");
  return (
    decodeKnown(block["type"], fields) ?? { kind: "native", wire: WIRE, type: asText(block["type"]) ?? "", raw: block }
  );
}

function decodeKnown(type: unknown, fields: Fields): Part | null {
  switch (type) {
    case "text":
      return decodeText(fields);
    case "image":
    case "document":
      return decodeMedia(type, fields);
    case "thinking":
      return decodeThinking(fields);
    case "redacted_thinking": {
      const data = fields.take("data", isString);
      return data === undefined
        ? null
        : withRest({ kind: "thinking", text: "", redacted: true, opaque: opaque(data) }, fields);
    }
    case "tool_use":
      return decodeCall(fields);
    case "tool_result":
      return decodeResult(fields);
    default:
      return null;
  }
}

export const opaque = (value: string): Opaque => ({ wire: WIRE, value });

/** Puts what every kind of part may have on the part, behind what its own kind has. */
function withRest<Piece extends Part>(part: Piece, fields: Fields): Piece {
  const cache = takeMark(fields);
  if (cache) part.cache = cache;
  if (!fields.isHomeless) part.home = fields.home;
  return part;
}

function decodeText(fields: Fields): TextPart | null {
  const text = fields.take("text", isString);
  if (text === undefined) return null;
  const part: TextPart = { kind: "text", text };
  const citations = fields.take("citations", isCitationList)?.map(decodeCitation);
  if (citations) part.citations = citations;
  return withRest(part, fields);
}

function decodeMedia(kind: "image" | "document", fields: Fields): MediaPart | null {
  const source = fields.take("source", isObject);
  const found = source ? decodeSource(kind, source) : null;
  if (!found) return null;
  const title = kind === "document" ? fields.take("title", isString) : undefined;
  if (found.spelling !== undefined) fields.home["$source"] = found.spelling;
  return withRest({ kind, blob: found.blob, ...given({ title }) }, fields);
}

function decodeThinking(fields: Fields): ThinkingPart | null {
  const text = fields.take("thinking", isString);
  if (text === undefined) return null;
  const isSigned = (value: unknown): value is string => isString(value) && value !== "";
  const signature = fields.take("signature", isSigned);
  return withRest(
    { kind: "thinking", text, ...(signature === undefined ? {} : { opaque: opaque(signature) }) },
    fields,
  );
}

function decodeCall(fields: Fields): CallPart | null {
  const name = fields.take("name", isString);
  if (name === undefined) return null;
  const id = fields.take("id", isString) ?? "";
  const input = fields.take("input", isObject);
  const args = input === undefined ? looseArgs(fields) : JSON.stringify(input);
  return withRest({ kind: "call", id, name, args }, fields);
}

/** Arguments that are no object, or none at all: kept as they came, beside a text for other wires. */
function looseArgs(fields: Fields): string {
  const { home } = fields;
  if (!("input" in home)) {
    home["$input"] = {};
    return "";
  }
  const value = home["input"];
  delete home["input"];
  home["$input"] = { value };
  return isString(value) ? value : value === null ? "" : JSON.stringify(value);
}

function decodeResult(fields: Fields): ResultPart | null {
  const id = fields.take("tool_use_id", isString);
  if (id === undefined) return null;
  const isError = fields.take("is_error", isTrue) ?? false;
  const text = fields.take("content", isString);
  const blocks = text === undefined ? fields.take("content", isObjectList) : undefined;
  if (!blocks) fields.home["$content"] = text === undefined ? "absent" : "string";
  const parts: Part[] = text === undefined ? (blocks ?? []).map(decodePart) : [{ kind: "text", text }];
  return withRest({ kind: "result", id, parts, isError }, fields);
}

/**
 * A part as a block; null for what the wire has no word for, and for what the API would refuse of another wire's
 * conversation: blank text, thinking that nobody signed.
 */
export function encodePart(part: Part, isOwn: boolean): JsonObject | null {
  const block = (type: string, fields: JsonObject): JsonObject => ({
    ...written(part.home),
    type,
    ...fields,
    ...(part.kind === "thinking" && !isOwn ? {} : writeMark(part)),
  });
  switch (part.kind) {
    case "text": {
      if (!isOwn && part.text.trim() === "") return null;
      if (isBare(part)) return { type: "text", text: part.text };
      const citations = isOwn ? encodeCitations(part.citations) : undefined;
      return block("text", { text: part.text, ...given({ citations }) });
    }
    case "refusal":
      return !isOwn && part.text.trim() === "" ? null : block("text", { text: part.text });
    case "image":
      return block("image", { source: encodeSource(part, isOwn) });
    case "document":
      return block("document", { source: encodeSource(part, isOwn), ...given({ title: part.title }) });
    case "thinking":
      if (part.redacted) return part.opaque ? block("redacted_thinking", { data: part.opaque.value }) : null;
      if (!isOwn && !part.opaque) return null;
      return block("thinking", { thinking: part.text, ...given({ signature: part.opaque?.value }) });
    case "call":
      return block("tool_use", { id: part.id, name: part.name, ...encodeInput(part) });
    case "result":
      return block("tool_result", {
        tool_use_id: part.id,
        ...encodeResultContent(part, isOwn),
        ...(part.isError ? { is_error: true } : {}),
      });
    case "native":
      return part.wire === WIRE ? part.raw : null;
    default:
      return null;
  }
}

const isBare = ({ home, cache, citations }: TextPart): boolean =>
  home === undefined && cache === undefined && citations === undefined;

function encodeInput(part: CallPart): JsonObject {
  const spelling = part.home?.["$input"];
  if (!isObject(spelling)) return { input: callInput(part.args) };
  return "value" in spelling ? { input: spelling["value"] } : {};
}

function encodeResultContent(part: ResultPart, isOwn: boolean): JsonObject {
  const [first] = part.parts;
  const spelling = part.home?.["$content"];
  if (spelling === "string" && first?.kind === "text" && part.parts.length === 1) return { content: first.text };
  const content = encodeParts(part.parts, isOwn);
  if (content.length > 0 || (isOwn && spelling === undefined)) return { content };
  // An error without a word is refused.
  return part.isError && !isOwn ? { content: "The tool failed and gave no reason." } : {};
}

export const encodeParts = (parts: readonly Part[], isOwn: boolean): JsonObject[] =>
  parts.map((part) => encodePart(part, isOwn)).filter((block) => block !== null);
