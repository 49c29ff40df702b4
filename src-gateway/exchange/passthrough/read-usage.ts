/** The usage in a provider's answer of any surface, in whichever of the known shapes it is reported. Pure; never throws. */
import type { Surface } from "../../ir/protocol.ts";
import { type ExtraCounts, NO_USAGE, type Usage } from "../../ir/usage.ts";
import { someCounts } from "../../protocols/extra-usage.ts";
import { asArray, asCount, asObject, type JsonObject, parseObject } from "../../protocols/loose-json.ts";
import { usageFromChat, usageFromGemini, usageFromMessages, usageFromResponses } from "../../protocols/usage.ts";

/** Null when the object reports none that is counted in tokens. */
export function usageOfAnswer(answer: JsonObject): Usage | null {
  const nested = asObject(answer["response"]);
  return (
    usageOfField(asObject(answer["usage"])) ??
    usageOfMeta(asObject(answer["meta"])) ??
    usageOfGemini(asObject(answer["usageMetadata"])) ??
    (nested ? usageOfField(asObject(nested["usage"])) : null)
  );
}

/** The last usage that stands in these bytes, which may begin anywhere in an answer or a stream. */
export function lastUsage(tail: Buffer): Usage | null {
  const text = tail.toString("utf8");
  return (
    usageOfField(lastObject(text, "usage")) ??
    usageOfMeta(lastObject(text, "meta")) ??
    usageOfGemini(lastObject(text, "usageMetadata"))
  );
}

/** What an answer on a surface other than a conversation counts beside tokens, or in their place; null when nothing. */
export function countsOfAnswer(answer: JsonObject, surface: Surface): ExtraCounts | null {
  const usage = asObject(answer["usage"]);
  const counts = countsOf(usage, asObject(answer["meta"]));
  // Who counts tokens does not sell images by the piece, nor audio by the second.
  if (counts !== null || usageOfField(usage) !== null) return counts;
  if (surface === "images") return someCounts({ images: asArray(answer["data"]).filter(isImage).length });
  const isAudio = surface === "audio-transcription" || surface === "audio-translation";
  return isAudio ? someCounts({ audioSeconds: asCount(answer["duration"]) }) : null;
}

/** The same for bytes that may begin anywhere in an answer or a stream. */
export const lastCounts = (tail: Buffer): ExtraCounts | null => {
  const text = tail.toString("utf8");
  return countsOf(lastObject(text, "usage"), lastObject(text, "meta"));
};

function countsOf(usage: JsonObject | null, meta: JsonObject | null): ExtraCounts | null {
  return someCounts({
    imageInputTokens: asCount(asObject(usage?.["input_tokens_details"])?.["image_tokens"]),
    imageOutputTokens: asCount(asObject(usage?.["output_tokens_details"])?.["image_tokens"]),
    audioSeconds: usage?.["type"] === "duration" ? asCount(usage["seconds"]) : 0,
    // One search of a rerank, over as many documents as its provider counts for one.
    requests: asCount(asObject(meta?.["billed_units"])?.["search_units"]),
  });
}

const isImage = (entry: unknown): boolean => {
  const image = asObject(entry);
  return image !== null && ("url" in image || "b64_json" in image);
};

function usageOfField(usage: JsonObject | null): Usage | null {
  if (usage === null) return null;
  if ("cache_read_input_tokens" in usage || "cache_creation_input_tokens" in usage) return usageFromMessages(usage);
  if ("prompt_tokens" in usage || "completion_tokens" in usage) return usageFromChat(usage);
  if ("input_tokens" in usage || "output_tokens" in usage) {
    // Transcriptions spell the details of the input without their s.
    const details = asObject(usage["input_token_details"]);
    return { ...usageFromResponses(usage), ...(details ? { audioInput: asCount(details["audio_tokens"]) } : {}) };
  }
  return "total_tokens" in usage ? { ...NO_USAGE, inputUncached: asCount(usage["total_tokens"]) } : null;
}

/** Rerank, in the shape that Cohere gave it: what is billed, and beside it what was counted. */
function usageOfMeta(meta: JsonObject | null): Usage | null {
  for (const counts of [asObject(meta?.["billed_units"]), asObject(meta?.["tokens"])]) {
    if (!counts || !("input_tokens" in counts || "output_tokens" in counts)) continue;
    return {
      ...NO_USAGE,
      inputUncached: asCount(counts["input_tokens"]),
      output: asCount(counts["output_tokens"]),
    };
  }
  return null;
}

const usageOfGemini = (usage: JsonObject | null): Usage | null => (usage ? usageFromGemini(usage) : null);

/**
 * The last object under this key. Quotes inside JSON strings are escaped, so a key in quotes that no backslash stands
 * in front of is a key.
 */
function lastObject(text: string, key: string): JsonObject | null {
  const quoted = `"${key}"`;
  for (let at = text.lastIndexOf(quoted); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(quoted, at - 1)) {
    if (text[at - 1] === "\\") continue;
    const rest = text.slice(at + quoted.length);
    const start = /^\s*:\s*\{/.exec(rest)?.[0].length;
    const end = start === undefined ? -1 : objectEnd(rest, start - 1);
    if (start === undefined || end < 0) continue;
    const found = parseObject(Buffer.from(rest.slice(start - 1, end)));
    if (found) return found;
  }
  return null;
}

/** Behind the brace that closes the one at `from`; -1 when it does not come. */
function objectEnd(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return at + 1;
  }
  return -1;
}
