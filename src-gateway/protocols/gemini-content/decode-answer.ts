import type { IrAnswer } from "../../ir/answer.ts";
import type { Part, TextPart } from "../../ir/part.ts";
import { countsFromGemini, tierFromGemini } from "../extra-usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import { usageFromGemini } from "../usage.ts";
import { blockWordOf, decodeFinish, finishWordOf } from "./answer-words.ts";
import { createCaseReader } from "./case-reader.ts";
import { citationOf, sourcesOf } from "./grounding.ts";
import { decodePart } from "./parts.ts";

/** @throws GatewayError when the answer is an error in the clothes of a success. */
export function decodeAnswer(json: JsonObject): IrAnswer {
  if (json["error"]) throw decodeErrorObject(json["error"]);
  const reader = createCaseReader(json);
  const model = reader.take("modelVersion", asText);
  const id = reader.take("responseId", asText);
  const rawUsage = reader.take("usageMetadata", asObject);
  const candidates = reader.take("candidates", (list) => (indexOfFirst(list) < 0 ? null : asArray(list))) ?? [];
  const index = indexOfFirst(candidates);
  const candidate = asObject(candidates[index]);
  const read = candidate ? decodeCandidate(candidate) : null;
  const block = blockWordOf(json);
  const parts = read?.parts ?? [];
  const finish = decodeFinish(read?.finishWord ?? block, {
    calls: parts.some(({ kind }) => kind === "call"),
    content: parts.length > 0,
    blocked: block !== null && !read?.finishWord,
  });
  return {
    id,
    model,
    parts,
    finish,
    usage: rawUsage ? usageFromGemini(rawUsage) : null,
    ...extrasOf(rawUsage),
    home: {
      ...reader.home(),
      // Homes of other wires use the same names for other things.
      $wire: "gemini-content",
      ...(rawUsage ? { $usage: rawUsage } : {}),
      ...(read ? { $candidate: read.home, $others: candidates.toSpliced(index, 1), $index: index } : {}),
    },
  };
}

/** The tier where it is not the ordinary one, and what was counted beside tokens. */
export function extrasOf(usage: JsonObject | null): Pick<IrAnswer, "serviceTier" | "counts"> {
  const serviceTier = usage && tierFromGemini(usage);
  const counts = usage && countsFromGemini(usage);
  return { ...(serviceTier ? { serviceTier } : {}), ...(counts ? { counts } : {}) };
}

/** The candidate that counts is the first one, by its index. */
const indexOfFirst = (list: unknown): number =>
  asArray(list).findIndex((each) => asObject(each) !== null && !asObject(each)?.["index"]);

function decodeCandidate(candidate: JsonObject): { parts: Part[]; finishWord: string | null; home: JsonObject } {
  const reader = createCaseReader(candidate);
  const content = reader.take("content", asObject);
  const inner = content ? createCaseReader(content) : null;
  const raws = inner?.take("parts", asObjects) ?? [];
  const finishWord = finishWordOf(candidate);
  if (finishWord !== null) reader.take("finishReason", asText);
  const parts = raws.map(decodePart);
  attachCitations(parts, candidate);
  const home = {
    ...reader.home(),
    ...(inner ? { $content: inner.home() } : {}),
    ...(finishWord === null ? { $finish: "none" } : {}),
  };
  return { parts, finishWord, home };
}

function asObjects(value: unknown): JsonObject[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const objects = value.map(asObject).filter((item) => item !== null);
  return objects.length === value.length ? objects : null;
}

function attachCitations(parts: Part[], candidate: JsonObject): void {
  const first = parts.find((part) => part.kind === "text");
  for (const source of sourcesOf(candidate)) {
    const meant = parts[source.partIndex ?? 0];
    const text: TextPart | undefined = meant?.kind === "text" ? meant : first;
    if (text) text.citations = [...(text.citations ?? []), citationOf(source, text.text)];
  }
}
