/**
 * What a request costs before anybody answers it, for providers that have no counter of their own.
 *
 * `textsToCount` collects what costs tokens, `counter.ts` has the texts counted in a thread of its own, and `bias.ts`
 * leans the result upward: a client that is told too little runs over its model's context. Nothing here asks a provider.
 * The tokenizer with its tables is loaded by `worker.ts` alone, because it blocks whoever counts.
 */
import type { CallPart, MediaPart, NativePart, Part, ResultPart, ThinkingPart, Tool } from "../ir/part.ts";
import type { IrRequest } from "../ir/request.ts";
import { costOfMedia, costOfOpaque, isOpaque } from "./media-cost.ts";

export interface TextsToCount {
  /** Counted by the tokenizer, each by itself. */
  texts: string[];
  /** What is known, or guessed high, without it: framing, pictures, documents, encrypted state. */
  extraTokens: number;
}

/** What every conversation is wrapped in, whatever it says. */
const BASE_TOKENS = 8;
/** Role and delimiters of a turn; 3 to 4 on the wires that publish it. */
const TURN_TOKENS = 4;
/** Block type, id, and the link between a call and its result. */
const CALL_TOKENS = 16;
/** The instructions that a provider adds as soon as there are tools; Anthropic's are the longest published, 346. */
const TOOLS_TOKENS = 350;
const TOOL_TOKENS = 12;
/** A tool that the provider defines brings a description that nobody sees; the published ones are 245 to 735. */
const NATIVE_TOOL_TOKENS = 800;
/** Strings below this are read as text, even if they look like base64. */
const OPAQUE_UNITS = 512;

/** Everything in `request` that costs tokens. Pure, and cheap: texts are referred to, only schemas are spelled out. */
export function textsToCount(request: IrRequest): TextsToCount {
  const found: TextsToCount = { texts: [], extraTokens: BASE_TOKENS };
  for (const turn of request.turns) {
    found.extraTokens += TURN_TOKENS;
    for (const part of turn.parts) addPart(found, part);
  }
  if (request.tools.length > 0) found.extraTokens += TOOLS_TOKENS;
  for (const tool of request.tools) addTool(found, tool);
  if (request.output?.schema) {
    addText(found, request.output.name);
    addText(found, request.output.description);
    addText(found, JSON.stringify(request.output.schema));
  }
  return found;
}

/** The same of an answer. */
export function textsOfParts(parts: readonly Part[]): TextsToCount {
  const found: TextsToCount = { texts: [], extraTokens: 0 };
  for (const part of parts) addPart(found, part);
  return found;
}

function addPart(found: TextsToCount, part: Part): void {
  switch (part.kind) {
    case "text":
    case "refusal":
      return addText(found, part.text);
    case "thinking":
      return addThinking(found, part);
    case "call":
      return addCall(found, part);
    case "result":
      return addResult(found, part);
    case "native":
      return addNative(found, part);
    case "image":
    case "document":
    case "audio":
    case "video":
      return addMedia(found, part);
  }
}

function addThinking(found: TextsToCount, part: ThinkingPart): void {
  addText(found, part.text);
  // What stands behind an opaque value was text once, and is read as such by the provider.
  if (part.text === "" && part.opaque) found.extraTokens += costOfOpaque(part.opaque.value);
}

function addCall(found: TextsToCount, part: CallPart): void {
  found.extraTokens += CALL_TOKENS;
  addText(found, part.namespace);
  addText(found, part.name);
  addText(found, part.args);
}

function addResult(found: TextsToCount, part: ResultPart): void {
  found.extraTokens += CALL_TOKENS;
  addText(found, part.name);
  for (const inner of part.parts) addPart(found, inner);
}

function addMedia(found: TextsToCount, part: MediaPart): void {
  const cost = costOfMedia(part);
  found.extraTokens += cost.tokens;
  addText(found, cost.text);
  addText(found, part.title);
}

function addNative(found: TextsToCount, part: NativePart): void {
  found.extraTokens += CALL_TOKENS;
  addRaw(found, part.raw);
}

function addTool(found: TextsToCount, tool: Tool): void {
  found.extraTokens += TOOL_TOKENS;
  switch (tool.kind) {
    case "function":
      addText(found, tool.name);
      addText(found, tool.description);
      if (tool.schema) addText(found, JSON.stringify(tool.schema));
      // Examples of calls stand here, on the one wire that has them.
      if (tool.home) addText(found, JSON.stringify(tool.home));
      return;
    case "custom":
      addText(found, tool.name);
      addText(found, tool.description);
      addText(found, tool.grammar?.definition);
      return;
    case "namespace":
      addText(found, tool.name);
      addText(found, tool.description);
      for (const inner of tool.tools) addTool(found, inner);
      return;
    case "native":
      found.extraTokens += NATIVE_TOOL_TOKENS;
      addRaw(found, tool.raw);
      return;
  }
}

function addText(found: TextsToCount, text: string | undefined): void {
  if (text) found.texts.push(text);
}

/** JSON that only one wire knows, as text. Screenshots and encrypted values in it are not read letter by letter. */
function addRaw(found: TextsToCount, value: object): void {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "string" || inner.length < OPAQUE_UNITS || !isOpaque(inner)) return inner;
    found.extraTokens += costOfOpaque(inner);
    return "";
  });
  addText(found, text);
}
