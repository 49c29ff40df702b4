import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inputTotal, NO_USAGE, type Usage } from "../../../src-gateway/ir/usage.ts";
import { applyPrice } from "../../../src-gateway/prices/book.ts";
import { costOf } from "../../../src-gateway/prices/cost.ts";
import { explainCost } from "../../../src-gateway/prices/explain-cost.ts";
import { bookWith } from "./price-book.ts";

interface Vector {
  /** How the value comes about, so that a person can check it. */
  comment: string;
  provider: string;
  model: string;
  at: string;
  isBatch?: boolean;
  serviceTier?: string;
  usage: Partial<Usage>;
  /** Null: unpriced. */
  parts: Record<string, number> | null;
  totalNano: number | null;
}

const path = new URL("../../golden/prices/vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(path, "utf8")) as Vector[];
const book = bookWith(null);

function factsOf({ provider, model, at, isBatch, serviceTier }: Vector, usage: Usage) {
  const choice = { isBatch: isBatch ?? false, serviceTier: serviceTier ?? null };
  return { provider, model, atMs: Date.parse(at), inputTokens: inputTotal(usage), ...choice };
}

describe("golden price vectors", () => {
  it("are many", () => expect(vectors.length).toBeGreaterThan(70));

  it.each(
    vectors.map((vector) => [`${vector.provider} ${vector.model}, ${vector.comment}`, vector] as const),
  )("%s", (_name, vector) => {
    const usage = { ...NO_USAGE, ...vector.usage };
    const facts = factsOf(vector, usage);
    const applied = applyPrice(book, facts);
    expect(applied && costOf(usage, applied)).toEqual(
      vector.parts && { parts: vector.parts, totalNano: vector.totalNano },
    );
    expect(book.whyUnpriced(facts)?.endsWith("is not known") ?? false).toBe(vector.parts === null);
  });
});

describe("the explanation of a cost", () => {
  const usage: Usage = { ...NO_USAGE, inputUncached: 250_000, cacheRead: 1_000, output: 700, reasoning: 200 };
  const facts = { provider: "anthropic", model: "claude-sonnet-4-5", atMs: Date.UTC(2026, 1, 1), inputTokens: 251_000 };

  it("has the source, the tier, the factor, and a line for each part with the sum", () => {
    const applied = applyPrice(book, { ...facts, isBatch: true });
    expect(applied && explainCost(usage, applied)).toEqual([
      "price: claude-sonnet-4-5 of anthropic (genai-prices 0.1.8)",
      "tier: above 200,000 input tokens",
      "factor: batch × 0.5, already within the prices",
      "input: 250,000 tokens × $3.00 per million tokens = $0.75",
      "input read from the cache: 1,000 tokens × $0.30 per million tokens = $0.0003",
      "output: 700 tokens × $11.25 per million tokens = $0.007875",
      "of the output, 200 tokens were reasoning, at the same price",
      "total: $0.758175",
    ]);
  });

  it("says when the total is unknown, and that a flat fee covers it", () => {
    const audio = bookWith("- {model: x, audio_minute: 0.006}");
    const applied = applyPrice(audio, { ...facts, model: "x" });
    expect(applied && explainCost(usage, applied).at(-1)).toBe("total: unknown, as a part of it has no price");
    expect(applied && explainCost(NO_USAGE, applied, { audioSeconds: 90 })).toEqual([
      "price: x of anthropic (gateway.yaml 0)",
      "audio: 90 seconds × $0.006 per minute = $0.009",
      "total: $0.009",
    ]);
    const flat = applyPrice(bookWith("- {model: x, billing: subscription, note: team plan}"), { ...facts, model: "x" });
    expect(flat && explainCost({ ...NO_USAGE, output: 10 }, flat)).toEqual([
      "price: x of anthropic (gateway.yaml 0)",
      "subscription: a flat fee covers it",
      "note: team plan",
      "output: 10 tokens × $0.00 per million tokens = $0.00",
      "total: $0.00",
    ]);
  });
});
