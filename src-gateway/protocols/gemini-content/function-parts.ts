/** Calls and their results. */
import type { CallPart, Part, ResultPart } from "../../ir/part.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { asString, type CaseReader, createCaseReader, spell, withHome } from "./case-reader.ts";

/** How results are written. */
export interface ResultStyle {
  /** The request came in on this wire, and is written back as it was. */
  isOwn: boolean;
  /** Results may hold media. */
  media: boolean;
  /** The name of the call, where a result does not say it itself. */
  nameOf(callId: string): string | undefined;
  encodePart(part: Part): JsonObject | null;
}

/** Ids of other wires that Google's servers take back without looking into them. */
const FITTING_ID = /^[a-zA-Z0-9_.:-]{1,64}$/;

export const takeCall = (reader: CaseReader): CallPart | null => reader.take("functionCall", readCall);

function readCall(value: unknown): CallPart | null {
  const raw = asObject(value);
  if (!raw) return null;
  const reader = createCaseReader(raw);
  const name = reader.take("name", asText);
  if (name === null) return null;
  const id = reader.take("id", asText) ?? "";
  const object = reader.take("args", asObject);
  const text = object ? null : reader.take("args", asString);
  const args = object ? JSON.stringify(object) : (text ?? "");
  const spelling = object ? {} : { $args: text === null ? "none" : "text" };
  return { kind: "call", id, name, args, ...withInner({ ...reader.home(), ...spelling }) };
}

export function callFields(part: CallPart, isOwn: boolean): JsonObject {
  const inner = asObject(part.home?.["$inner"]) ?? {};
  const args = encodeArgs(part.args, inner["$args"]);
  return { functionCall: spell({ id: idOf(part.id, isOwn), name: part.name, args }, inner) };
}

function encodeArgs(text: string, spelling: unknown): unknown {
  if (spelling === "text") return text;
  return spelling === "none" && text === "" ? undefined : argsObject(text);
}

/** Arguments as the object that the wire wants: text that is none goes as its member `_raw`. */
function argsObject(text: string): JsonObject {
  if (text.trim() === "") return {};
  try {
    const object = asObject(JSON.parse(text));
    if (object) return object;
  } catch {
    // Models do write broken JSON, and the history must stay sendable.
  }
  return { _raw: text };
}

/** @param readPart how the media of a result are read. */
export const takeResult = (reader: CaseReader, readPart: (raw: JsonObject) => Part): ResultPart | null =>
  reader.take("functionResponse", (value) => readResult(value, readPart));

function readResult(value: unknown, readPart: (raw: JsonObject) => Part): ResultPart | null {
  const raw = asObject(value);
  if (!raw) return null;
  const reader = createCaseReader(raw);
  const name = reader.take("name", asText);
  const id = reader.take("id", asText) ?? "";
  const response = reader.take("response", asObject);
  const said = response ? readResponse(response, name) : { text: asText(raw["response"]), isError: false };
  const pieces = reader.take("parts", (parts) => asObjects(parts)?.map(readPart) ?? null) ?? [];
  return {
    kind: "result",
    id,
    ...(name === null ? {} : { name }),
    parts: [...(said.text === null ? [] : [{ kind: "text" as const, text: said.text }]), ...pieces],
    isError: said.isError,
    ...withInner({ ...reader.home(), $response: response }),
  };
}

/** A response with one text is that text; every other is its JSON. */
function readResponse(response: JsonObject, name: string | null): { text: string; isError: boolean } {
  const keys = Object.keys(response);
  const [key = ""] = keys;
  const text = response[key];
  if (keys.length === 1 && typeof text === "string" && ["output", "result", "error"].includes(key)) {
    return { text, isError: key === "error" };
  }
  // Vercel's SDK, and what is built on it, repeats the name beside the content.
  const content = response["content"];
  if (keys.length === 2 && typeof content === "string" && name !== null && response["name"] === name) {
    return { text: content, isError: false };
  }
  return { text: JSON.stringify(response), isError: false };
}

export function resultFields(part: ResultPart, style: ResultStyle): JsonObject {
  const inner = asObject(part.home?.["$inner"]) ?? {};
  const name = part.name ?? (style.isOwn ? undefined : (style.nameOf(part.id) ?? "unknown_function"));
  const original = asObject(inner["$response"]);
  const first = part.parts[0];
  const said = original ? readResponse(original, part.name ?? null) : null;
  const isUnchanged =
    said !== null && first?.kind === "text" && first.text === said.text && part.isError === said.isError;
  const isSilent = inner["$response"] === null;
  const response = isUnchanged ? original : isSilent ? undefined : freshResponse(part);
  // In an own result, the text in front is the response, and everything behind it came from `parts`.
  const hasText = first?.kind === "text" && !(isSilent && asText(inner["response"]) === null);
  const others = style.isOwn ? part.parts.slice(hasText ? 1 : 0) : part.parts.filter(isMedia);
  const parts = style.isOwn || style.media ? others.flatMap((each) => style.encodePart(each) ?? []) : [];
  return {
    functionResponse: spell(
      { id: idOf(part.id, style.isOwn), name, response, parts: parts.length > 0 ? parts : undefined },
      inner,
    ),
  };
}

function freshResponse(part: ResultPart): JsonObject {
  const texts = part.parts.flatMap((each) => (each.kind === "text" || each.kind === "refusal" ? [each.text] : []));
  return { [part.isError ? "error" : "output"]: texts.join("\n") };
}

const idOf = (id: string, isOwn: boolean): string | undefined =>
  id !== "" && (isOwn || FITTING_ID.test(id)) ? id : undefined;

const isMedia = ({ kind }: Part): boolean =>
  kind === "image" || kind === "document" || kind === "audio" || kind === "video";

function asObjects(value: unknown): JsonObject[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const objects = value.map(asObject).filter((item) => item !== null);
  return objects.length === value.length ? objects : null;
}

const withInner = (inner: JsonObject): { home?: JsonObject } =>
  withHome(Object.keys(inner).length > 0 ? { $inner: inner } : {});
