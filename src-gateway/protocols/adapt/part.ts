/** One piece of content for a foreign wire: what only its own wire has a word for is worded anew, or noted as lost. */
import { rulingFor } from "../../ir/field-map.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { CacheMark, MediaPart, NativePart, Part, ResultPart, TextPart, Turn } from "../../ir/part.ts";
import { expandSame } from "../../lib/same-list.ts";
import { asObject, asText } from "../loose-json.ts";
import { type LossCollector, refuse } from "./loss-collector.ts";
import { adaptMedia } from "./media.ts";
import { type AdaptTarget, WIRE_TRAITS } from "./target.ts";

/** How an item is kept and counted on its own wire; it means nothing to the model. */
const BOOKKEEPING: ReadonlySet<string> = new Set(
  "id status type object index phase caller role displayName display_name".split(" "),
);

/** Null, an empty text, list or object. */
export const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

/** Unknown fields of a piece, and of the object inside of it that some wires keep them in. */
export function noteHome(home: JsonObject | undefined, place: string, losses: LossCollector): void {
  if (home === undefined) return;
  const inner = asObject(home["$inner"]);
  const fields = inner ? { ...inner, ...home } : home;
  for (const key in fields) {
    if (key.startsWith("$") || BOOKKEEPING.has(key)) continue;
    const value = fields[key];
    // Agents say of each result that it is no error; what is off is no loss.
    if (!isEmpty(value) && value !== false) losses.note("home", { field: `${place}.${key}` });
  }
}

/** Lifetimes as Anthropic and Bedrock spell them; OpenAI's are the nearest of its own. */
const TTL: Readonly<Record<string, string>> = { "5m": "5m", "30m": "5m", "1h": "1h", "12h": "1h", "24h": "1h" };

/** The mark as a member to spread; none for a wire that knows none. */
export function keepMark(mark: CacheMark | undefined, field: string, losses: LossCollector): { cache?: CacheMark } {
  if (!mark) return {};
  losses.note("cacheMark", { field });
  if (rulingFor("cacheMark", losses.target).verdict !== "lossless") return {};
  const ttl = mark.ttl === undefined ? undefined : TTL[mark.ttl];
  return { cache: ttl === undefined ? {} : { ttl } };
}

const saysNothing = (text: string, target: AdaptTarget): boolean =>
  text === "" || (WIRE_TRAITS[target.wire].refusesBlank === true && text.trim() === "");

/** Drops what only the source has a word for, and fits the rest: the part itself, others, or none. */
export function adaptPart(part: Part, turn: Turn, target: AdaptTarget, losses: LossCollector): Part | Part[] {
  noteHome(part.home, "content[]", losses);
  const bare = withoutHome(part, losses);
  switch (part.kind) {
    case "text": {
      const said = withoutCitations(bare as TextPart, losses);
      // Only Gemini signs words.
      if (said.opaque && target.wire === "gemini-content") return said;
      return saysNothing(part.text, target) ? [] : unsigned(said);
    }
    case "refusal":
      if (saysNothing(part.text, target)) return [];
      losses.note("refusal");
      if (turn.role === "assistant" && rulingFor("refusal", target.wire).verdict === "lossless") return bare;
      return [{ kind: "text", text: part.text }];
    case "image":
    case "document":
    case "audio":
    case "video":
      if (turn.role === "assistant") return shownBefore(part, target, losses);
      return [adaptMedia(bare as MediaPart, target, losses)];
    case "native":
      return adaptNative(part, turn, losses);
    case "result":
      return withParts(
        bare as ResultPart,
        expandSame(part.parts, (inner) => adaptInside(inner, turn, target, losses)),
      );
    default:
      return bare;
  }
}

function withoutHome(part: Part, losses: LossCollector): Part {
  if (part.home === undefined && part.cache === undefined) return part;
  const { home: _home, cache, ...unmarked } = part;
  return { ...unmarked, ...keepMark(cache, "cache_control", losses) };
}

function withoutCitations(part: TextPart, losses: LossCollector): TextPart {
  if (part.citations === undefined) return part;
  if (part.citations.length > 0) losses.note("citations");
  const { citations: _, ...text } = part;
  return text;
}

function unsigned(part: TextPart): TextPart {
  if (part.opaque === undefined) return part;
  const { opaque: _, ...text } = part;
  return text;
}

const withParts = (result: ResultPart, parts: Part[]): ResultPart =>
  parts === result.parts ? result : { ...result, parts };

/** A tool gives words and media; what only an assistant says has no place in its result. */
function adaptInside(part: Part, turn: Turn, target: AdaptTarget, losses: LossCollector): Part | Part[] {
  if (part.kind !== "call" && part.kind !== "result" && part.kind !== "thinking")
    return adaptPart(part, turn, target, losses);
  losses.note("nativePart", { field: `tool result[type=${part.kind}]` });
  return [];
}

/** Only Gemini takes back what a model drew or said aloud. */
function shownBefore(part: MediaPart, target: AdaptTarget, losses: LossCollector): Part[] {
  if (target.wire === "gemini-content") return [adaptMedia(part, target, losses)];
  losses.note(part.kind, {
    verdict: "dropped",
    note: "of an earlier answer is left out, because models do not take it back",
  });
  return [];
}

/** Parts that stand for a piece of the conversation which only their own provider can look up or decrypt. */
const STAND_INS: ReadonlySet<string> = new Set(["item_reference", "compaction", "compaction_summary"]);

function adaptNative(part: NativePart, turn: Turn, losses: LossCollector): Part[] {
  const field = `${turn.role === "assistant" ? "assistant " : ""}content[type=${part.type}]`;
  const text = wordsOf(part);
  if (text !== null) {
    losses.note("nativePart", { field, verdict: "emulated", note: "is sent as text" });
    return [{ kind: "text", text }];
  }
  if (STAND_INS.has(part.type)) {
    throw refuse(
      field,
      "stands for a part of the conversation that only the provider which made it can read. Start a new conversation, or route this model to that provider",
    );
  }
  losses.note("nativePart", { field });
  return [];
}

function wordsOf({ type, raw }: NativePart): string | null {
  if (type === "compaction") return asText(raw["content"]);
  const found = type === "tool_reference" ? asText(raw["tool_name"]) : null;
  // The answer of a search for tools; the tools themselves stand among those of the request from now on.
  return found === null ? null : `The tool ${found} can be called now.`;
}
