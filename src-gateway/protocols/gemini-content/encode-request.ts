import type { Part, Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { spell } from "./case-reader.ts";
import type { ResultStyle } from "./function-parts.ts";
import { encodeGenerationConfig } from "./generation-config.ts";
import { encodePart } from "./parts.ts";
import { encodeToolChoice, encodeTools } from "./tools.ts";

/** Stands in for the signature of a call that the model itself never made, or that lost it on another wire. */
const SKIP_SIGNATURE = "skip_thought_signature_validator";

/** The body; model and streaming stand in the path. */
export function encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject {
  const { home } = request;
  const style = styleOf(request, target);
  const firstOther = request.turns.findIndex((turn) => turn.role !== "system" || turn.home?.["$role"] !== undefined);
  const spokenFrom = firstOther < 0 ? request.turns.length : firstOther;
  const contents = encodeContents(request.turns.slice(spokenFrom), style, target);
  const choice = encodeToolChoice(request.toolChoice);
  const toolConfig = choice || home["$toolConfig"] ? { functionCallingConfig: choice } : undefined;
  const body = spell(
    {
      systemInstruction: encodeSystem(request.turns.slice(0, spokenFrom), style),
      contents: Array.isArray(contents) && contents.length === 0 && style.isOwn ? undefined : contents,
      tools: encodeTools(request.tools, style.isOwn ? (home["$tools"] ?? null) : undefined, target.compat),
      toolConfig: toolConfig && spell(toolConfig, asObject(home["$toolConfig"]) ?? {}),
      generationConfig: encodeGenerationConfig(request, target),
    },
    home,
  );
  // Some clients name the model once more in the body.
  if (asText(body["model"]) !== null && target.model !== request.model) body["model"] = resourceName(target.model);
  const counted = asObject(home["$counted"]);
  return counted ? spell({ generateContentRequest: body }, counted) : body;
}

const resourceName = (model: string): string => (model.includes("/") ? model : `models/${model}`);

function styleOf(request: IrRequest, target: EncodeTarget): ResultStyle {
  const isOwn = request.source === "gemini-content";
  const names = new Map<string, string>();
  for (const { parts } of request.turns)
    for (const part of parts) if (part.kind === "call") names.set(part.id, part.name);
  const style: ResultStyle = {
    isOwn,
    media: target.profile.resultMedia === true,
    nameOf: (callId) => names.get(callId),
    encodePart: (part) => encodePart(part, style),
  };
  return style;
}

function encodeSystem(turns: Turn[], style: ResultStyle): JsonObject | string | undefined {
  const [first] = turns;
  if (!first) return undefined;
  const text = stringContent(first);
  if (text !== null && turns.length === 1) return text;
  const parts = turns.flatMap((turn) => encodeParts(turn.parts, style));
  if (parts.length === 0 && !style.isOwn) return undefined;
  return spell({ parts: parts.length > 0 ? parts : undefined }, first.home);
}

/** The text of a content that was sent as a bare string. */
function stringContent(turn: Turn): string | null {
  const [part] = turn.parts;
  return turn.home?.["$content"] === "string" && turn.parts.length === 1 && part?.kind === "text" ? part.text : null;
}

function encodeContents(turns: Turn[], style: ResultStyle, target: EncodeTarget): JsonObject[] | string {
  const [only] = turns;
  const text = only && turns.length === 1 ? stringContent(only) : null;
  if (text !== null) return text;
  return turns.flatMap((turn) => {
    const parts = encodeParts(turn.parts, style);
    if (parts.length === 0 && !style.isOwn) return [];
    if (turn.role === "assistant" && target.profile.unsignedCalls === false) signFirstCall(parts);
    return [spell({ role: roleOf(turn), parts: parts.length > 0 ? parts : undefined }, turn.home)];
  });
}

function roleOf(turn: Turn): string | undefined {
  const spelled = turn.home?.["$role"];
  if (spelled !== undefined) return typeof spelled === "string" ? spelled : undefined;
  return turn.role === "assistant" ? "model" : "user";
}

function encodeParts(parts: Part[], style: ResultStyle): JsonObject[] {
  return parts.flatMap((part): JsonObject[] => {
    // Empty text is refused, unless it carries a signature.
    const isTold = part.kind === "text" || part.kind === "thinking";
    if (!style.isOwn && isTold && part.text === "" && !part.opaque) return [];
    const encoded = encodePart(part, style);
    return encoded ? [encoded] : [];
  });
}

/** Of parallel calls only the first one is signed. */
function signFirstCall(parts: JsonObject[]): void {
  const call = parts.find((part) => "functionCall" in part || "function_call" in part);
  if (call && !("thoughtSignature" in call) && !("thought_signature" in call))
    call["thoughtSignature"] = SKIP_SIGNATURE;
}
