/** One part of a content, both ways. */
import type { NativePart, Part, TextPart, ThinkingPart } from "../../ir/part.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { asString, type CaseReader, camelCase, createCaseReader, spell, withHome } from "./case-reader.ts";
import { callFields, type ResultStyle, resultFields, takeCall, takeResult } from "./function-parts.ts";
import { mediaFields, takeMedia } from "./media-parts.ts";

const WIRE = "gemini-content";
/** Parts of the provider's own tools. Some carry an empty text besides. */
const NATIVE_FIELDS = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"];
/** Fields that say something about a part without being its content. */
const ASIDES = new Set(["thought", "partMetadata", "part_metadata"]);

/** Never fails: what has no word of its own becomes a native part. */
export function decodePart(raw: JsonObject): Part {
  const reader = createCaseReader(raw);
  const signature = reader.take("thoughtSignature", asText);
  const part = isNative(raw) ? null : takeKnown(reader, signature !== null);
  const opaque = signature === null ? {} : { opaque: { wire: WIRE, value: signature } as const };
  if (part === null) return { ...nativePart(raw, reader), ...opaque };
  return { ...part, ...opaque, ...withHome({ ...reader.home(), ...part.home }) };
}

const isNative = (raw: JsonObject): boolean =>
  Object.keys(raw).some((key) => NATIVE_FIELDS.includes(camelCase(key)) && asObject(raw[key]) !== null);

const takeKnown = (reader: CaseReader, isSigned: boolean): Part | null =>
  takeCall(reader) ?? takeResult(reader, decodePart) ?? takeMedia(reader) ?? takeText(reader, isSigned);

/** A signature does not make a text a thought; only `thought` does. */
function takeText(reader: CaseReader, isSigned: boolean): TextPart | ThinkingPart | null {
  const text = reader.take("text", asString);
  if (text === null) {
    const rest = reader.home();
    if (Object.keys(rest).some((key) => !ASIDES.has(key) && key !== "$snake")) return null;
    if (!isSigned && rest["thought"] !== true) return null;
  }
  const isThought = reader.take("thought", (value) => (value === true ? value : null)) !== null;
  const home = text === null ? { home: { $text: "none" } } : {};
  return { kind: isThought ? "thinking" : "text", text: text ?? "", ...home };
}

function nativePart(raw: JsonObject, reader: CaseReader): NativePart {
  const snake = reader.home()["$snake"];
  const signature = snake === undefined ? "thoughtSignature" : "thought_signature";
  const keys = Object.keys(raw).filter((key) => key !== signature || asText(raw[key]) === null);
  const type = keys.find((key) => !ASIDES.has(key) && key !== "text") ?? keys[0];
  const own = Object.fromEntries(keys.map((key) => [key, raw[key]]));
  const home = withHome(snake === undefined ? {} : { $snake: snake });
  return { kind: "native", wire: WIRE, type: type === undefined ? "empty" : camelCase(type), raw: own, ...home };
}

/** Null for what the wire has no word for. */
export function encodePart(part: Part, style: ResultStyle): JsonObject | null {
  const fields = fieldsOf(part, style);
  if (fields === null) return null;
  // Google takes an empty signature for a broken one; an empty state says that there was none.
  const isSigned = part.opaque !== undefined && (style.isOwn || part.opaque.value !== "");
  const signed = isSigned ? { ...fields, thoughtSignature: part.opaque?.value } : fields;
  if (part.kind === "native") return { ...part.raw, ...spell(signed, part.home) };
  return spell(signed, part.home);
}

function fieldsOf(part: Part, style: ResultStyle): JsonObject | null {
  switch (part.kind) {
    case "text":
    case "refusal":
      return textField(part.text, part.home);
    case "thinking":
      return { ...textField(part.text, part.home), thought: true };
    case "image":
    case "document":
    case "audio":
    case "video":
      return mediaFields(part);
    case "call":
      return callFields(part, style.isOwn);
    case "result":
      return resultFields(part, style);
    case "native":
      return part.wire === WIRE ? {} : null;
  }
}

const textField = (text: string, home: JsonObject | undefined): JsonObject =>
  text === "" && home?.["$text"] === "none" ? {} : { text };
