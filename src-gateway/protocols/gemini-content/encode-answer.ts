import type { IrAnswer } from "../../ir/answer.ts";
import { idText } from "../../ir/exchange-record.ts";
import type { Part } from "../../ir/part.ts";
import { NO_USAGE, type Usage } from "../../ir/usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import type { EncodeContext } from "../types.ts";
import { usageFromGemini } from "../usage.ts";
import { encodeFinish, encodeUsage, isCut } from "./answer-words.ts";
import { spell } from "./case-reader.ts";
import type { ResultStyle } from "./function-parts.ts";
import { createGrounding } from "./grounding.ts";
import { encodePart } from "./parts.ts";

/** Answers give back every id that they were given. */
const STYLE: ResultStyle = {
  isOwn: true,
  media: true,
  nameOf: () => undefined,
  encodePart: (part) => encodePart(part, STYLE),
};

const USAGE_FIELDS = Object.keys(NO_USAGE) as (keyof Usage)[];

export function encodeAnswer(answer: IrAnswer, context: EncodeContext): JsonObject {
  const home = answer.home?.["$wire"] === "gemini-content" ? answer.home : undefined;
  return spell(
    {
      candidates: home ? ownCandidates(answer, home) : [foreignCandidate(answer)],
      usageMetadata: usageOf(answer, home),
      ...encodeHead(context),
    },
    home,
  );
}

/** What every piece of an answer says about it. */
export function encodeHead(context: EncodeContext): JsonObject {
  return { modelVersion: context.model, responseId: idText(context.exchangeId) };
}

/** A part as a client of this wire is shown it, whatever wire it came from; null when there is no word for it. */
export function encodeAnswerPart(part: Part): JsonObject | null {
  if (part.kind === "result") return null;
  const { home: _, ...bare } = part;
  return encodePart(bare, STYLE);
}

function usageOf({ usage }: IrAnswer, home: JsonObject | undefined): JsonObject | undefined {
  if (!usage) return undefined;
  const original = asObject(home?.["$usage"]);
  return original && sameUsage(usageFromGemini(original), usage) ? original : encodeUsage(usage);
}

const sameUsage = (one: Usage, other: Usage): boolean => USAGE_FIELDS.every((field) => one[field] === other[field]);

function foreignCandidate(answer: IrAnswer): JsonObject {
  const grounding = createGrounding();
  const parts: JsonObject[] = [];
  for (const part of answer.parts) {
    if (part.kind === "call" && part === answer.parts.at(-1) && isCut(part, answer.finish)) continue;
    const encoded = encodeAnswerPart(part);
    if (!encoded) continue;
    if (part.kind === "text") {
      for (const citation of part.citations ?? []) grounding.add(citation, part.text, { partIndex: parts.length });
    }
    parts.push(encoded);
  }
  const metadata = grounding.metadata();
  return {
    content: { parts, role: "model" },
    finishReason: encodeFinish(answer.finish),
    index: 0,
    ...(metadata ? { groundingMetadata: metadata } : {}),
  };
}

/** Undefined where the provider sent none, as it does for a refused prompt. */
function ownCandidates(answer: IrAnswer, home: JsonObject): unknown[] | undefined {
  const own = asObject(home["$candidate"]);
  if (!own) return undefined;
  const parts = answer.parts.flatMap((part) => encodePart(part, STYLE) ?? []);
  const inner = asObject(own["$content"]);
  const fields = { parts: parts.length > 0 ? parts : undefined };
  const candidate = spell(
    {
      content: inner || parts.length > 0 ? spell(fields, inner ?? { role: "model" }) : undefined,
      finishReason: finishOf(answer, own),
    },
    own,
  );
  const others = asArray(home["$others"]);
  const index = typeof home["$index"] === "number" ? home["$index"] : 0;
  return others.toSpliced(index, 0, candidate);
}

/** The provider's own word, unknown ones included; none where it said none. */
function finishOf({ finish }: IrAnswer, own: JsonObject): string | undefined {
  return own["$finish"] === "none" ? undefined : (asText(finish.raw) ?? undefined);
}
