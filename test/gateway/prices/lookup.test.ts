import { describe, expect, it } from "vitest";
import { createPriceBook } from "../../../src-gateway/prices/book.ts";
import { modelNames } from "../../../src-gateway/prices/model-names.ts";
import { bookWith, bundled, NOVEMBER_MS } from "./price-book.ts";

/** Kind, name that was sent, name that was reported, and the row that is its price; null where none is known. */
const NAMES: [kind: string, model: string, served: string | null, row: string | null][] = [
  ["anthropic", "claude-sonnet-4-5-20250929", null, "anthropic claude-sonnet-4-5"],
  ["anthropic", "claude-sonnet-4-5", null, "anthropic claude-sonnet-4-5"],
  ["anthropic", "claude-opus-4-1-20250805", null, "anthropic claude-opus-4-1"],
  ["anthropic", "claude-opus-4-20250514", null, "anthropic claude-opus-4-0"],
  ["anthropic", "claude-sonnet-4-20250514", null, "anthropic claude-sonnet-4-0"],
  ["anthropic", "claude-3-5-haiku-20241022", null, "anthropic claude-3-5-haiku-latest"],
  ["anthropic", "claude-3-7-sonnet-latest", null, "anthropic claude-3-7-sonnet-latest"],
  ["anthropic", "claude-haiku-4-5-20251001", null, "anthropic claude-haiku-4-5"],
  ["anthropic", "claude-opus-5-5", null, "anthropic claude-opus-5-5"],
  ["anthropic", "claude-fable-5-20260601", null, "anthropic claude-fable-5"],
  ["anthropic", "claude-opus-5-20260401", null, "anthropic claude-opus-5"],
  ["openai", "gpt-5", null, "openai gpt-5"],
  ["openai", "gpt-5-2025-08-07", null, "openai gpt-5"],
  ["openai", "gpt-5-mini", null, "openai gpt-5-mini"],
  ["openai", "gpt-5-nano-2025-08-07", null, "openai gpt-5-nano"],
  ["openai", "gpt-5.1-codex", null, "openai gpt-5.1"],
  ["openai", "gpt-5.4", null, "openai gpt-5.4"],
  ["openai", "gpt-5.6-sol", null, "openai gpt-5.6-sol"],
  ["openai", "gpt-4o", null, "openai gpt-4o"],
  ["openai", "gpt-4o-2024-08-06", null, "openai gpt-4o"],
  ["openai", "gpt-4o-mini-2024-07-18", null, "openai gpt-4o-mini"],
  ["openai", "gpt-4.1", null, "openai gpt-4.1"],
  ["openai", "gpt-4.1-nano", null, "openai gpt-4.1-nano"],
  ["openai", "o3", null, "openai o3"],
  ["openai", "o3-mini", null, "openai o3-mini"],
  ["openai", "o4-mini-2025-04-16", null, "openai o4-mini"],
  ["openai", "text-embedding-3-small", null, "openai text-embedding-3-small"],
  ["openai", "gpt-image-1.5", null, "openai gpt-image-1.5"],
  ["openai", "gpt-4o-audio-preview", null, "openai gpt-4o-audio-preview"],
  ["openai", "whisper-1", null, "openai whisper-1"],
  ["gemini", "gemini-2.5-pro", null, "google gemini-2.5-pro"],
  ["gemini", "models/gemini-2.5-flash", null, "google gemini-2.5-flash"],
  ["gemini", "gemini-2.5-flash-lite", null, "google gemini-2.5-flash-lite"],
  ["gemini", "gemini-3-pro-preview", null, "google gemini-3-pro-preview"],
  ["gemini", "gemini-embedding-001", null, "google gemini-embedding-001"],
  ["gemini", "gemma-4-31b-it", null, "free"],
  ["vertex", "gemini-2.5-flash", null, "google gemini-2.5-flash"],
  ["vertex", "google/gemini-2.5-pro", null, "google gemini-2.5-pro"],
  ["vertex", "publishers/google/models/gemini-2.5-flash", null, "google gemini-2.5-flash"],
  ["vertex", "claude-sonnet-4@20250514", null, "google claude-4-sonnet"],
  ["vertex", "claude-opus-4-5@20251101", null, "anthropic claude-opus-4-5"],
  ["vertex", "publishers/anthropic/models/claude-haiku-4-5@20251001", null, "anthropic claude-haiku-4-5"],
  [
    "bedrock",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    null,
    "aws regional.anthropic.claude-3-5-sonnet-20241022-v2:0",
  ],
  [
    "bedrock",
    "us.anthropic.claude-sonnet-4-20250514-v1:0",
    null,
    "aws regional.anthropic.claude-sonnet-4-20250514-v1:0",
  ],
  [
    "bedrock",
    "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
    null,
    "aws regional.anthropic.claude-haiku-4-5-20251001-v1:0",
  ],
  ["bedrock", "global.anthropic.claude-opus-4-5-20251101-v1:0", null, "aws global.anthropic.claude-opus-4-5-v1:0"],
  [
    "bedrock",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-5",
    null,
    "aws regional.anthropic.claude-opus-5",
  ],
  ["bedrock", "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0", null, "aws amazon.nova-pro-v1:0"],
  ["bedrock", "amazon.nova-lite-v1:0", null, "aws amazon.nova-lite-v1:0"],
  ["bedrock", "meta.llama3-3-70b-instruct-v1:0", null, "aws meta.llama3-3-70b-instruct-v1:0"],
  ["bedrock", "us.amazon.nova-micro-v1:0", null, "aws amazon.nova-micro-v1:0"],
  ["azure-openai", "gpt-4o", null, "openai gpt-4o"],
  ["azure-openai", "my-deployment", "gpt-4.1-2025-04-14", "openai gpt-4.1"],
  ["azure-openai", "gpt-4o", "gpt-4o-mini-2024-07-18", "openai gpt-4o-mini"],
  ["openrouter", "anthropic/claude-sonnet-4.5", null, "openrouter anthropic/claude-sonnet-4.5"],
  ["openrouter", "openai/gpt-5", null, "openrouter openai/gpt-5"],
  ["openrouter", "deepseek/deepseek-r1:free", null, "free"],
  ["openrouter", "google/gemini-2.5-pro", null, "openrouter google/gemini-2.5-pro"],
  ["openrouter", "qwen/qwen3-coder", null, "openrouter qwen/qwen3-coder"],
  ["openrouter", "openai/gpt-4o:nitro", null, null],
  ["groq", "llama-3.3-70b-versatile", null, "groq llama-3.3-70b-versatile"],
  ["groq", "openai/gpt-oss-120b", null, "groq openai/gpt-oss-120b"],
  ["groq", "moonshotai/kimi-k2-instruct-0905", null, "groq moonshotai/kimi-k2-instruct"],
  ["mistral", "mistral-large-latest", null, "mistral mistral-large"],
  ["mistral", "codestral-2508", null, "mistral codestral-2508"],
  ["mistral", "magistral-medium-latest", null, "mistral magistral-medium"],
  ["deepseek", "deepseek-chat", null, "deepseek deepseek-chat"],
  ["xai", "grok-4", null, "x-ai grok-4-0709"],
  ["xai", "grok-4-fast-reasoning", null, "x-ai grok-4-fast-reasoning"],
  ["xai", "grok-code-fast-1", null, "x-ai grok-code-fast-1"],
  ["cohere", "command-a-03-2025", null, "cohere command-a"],
  ["cohere", "command-r-plus-08-2024", null, "cohere command-r-plus"],
  ["moonshot", "kimi-k2-thinking", null, "moonshotai kimi-k2-thinking"],
  ["zai", "glm-5.2", null, "zai GLM-5.2"],
  ["zhipu-cn", "glm-4.6", null, null],
  ["minimax", "MiniMax-M2", null, "minimax MiniMax-M2"],
  ["perplexity", "sonar-pro", null, "perplexity sonar-pro"],
  ["cerebras", "gpt-oss-120b", null, "cerebras gpt-oss-120b"],
  ["together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", null, "together meta-llama/Llama-3.3-70B-Instruct-Turbo"],
  ["fireworks", "accounts/fireworks/models/kimi-k2p5", null, "fireworks kimi-k2p5"],
  [
    "cloudflare",
    "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
    null,
    "cloudflare @cf/meta/llama-3.3-70b-instruct-fp8-fast",
  ],
  ["novita", "deepseek/deepseek-v3.2", null, null],
  ["voyage", "voyage-3-large", null, "voyageai voyage-3-large"],
  ["github-copilot", "gpt-4.1", null, "subscription"],
  ["github-copilot", "claude-sonnet-5", null, "github-copilot claude-sonnet-5"],
  ["huggingface", "x", null, null],
  ["vercel-gateway", "openai/gpt-5", null, null],
  ["ollama", "qwen3:8b", null, "free"],
  ["lmstudio", "qwen3-8b", null, "free"],
  ["vllm", "m", null, "free"],
  ["openai-compatible", "gpt-4o", null, null],
];

const facts = (provider: string, model: string, modelServed: string | null = null) => ({
  provider,
  model,
  modelServed,
  atMs: NOVEMBER_MS,
  inputTokens: 100,
});

describe("the price of a model", () => {
  const book = bookWith(null);

  it.each(NAMES)("%s: %s (%s) → %s", (kind, model, served, row) => {
    const applied = book.find(facts(kind, model, served));
    const found = applied?.billing === "metered" ? `${applied.priceProvider} ${applied.priceModel}` : applied?.billing;
    expect(found ?? null).toBe(row);
    expect(book.whyUnpriced(facts(kind, model, served)) === null).toBe(row !== null);
  });

  it("is found by the address where the kind says nothing", () => {
    const urls = ["https://api.groq.com/openai/v1"];
    const providers = [{ id: "fast", kind: "openai-compatible", urls, billing: "metered" as const }];
    const found = createPriceBook({ layers: [], lists: [bundled], providers }).find(
      facts("fast", "openai/gpt-oss-20b"),
    );
    expect(found).toMatchObject({ priceProvider: "groq", priceModel: "openai/gpt-oss-20b" });
  });

  it("is found for a provider that is configured no more, by its kind", () => {
    const gone = createPriceBook({ layers: [], lists: [bundled], providers: [] });
    expect(gone.find(facts("anthropic", "claude-sonnet-4-5"))?.unitPrices.input).toBe(3_000_000);
  });

  it("is not guessed: variants of a name that choose who runs a request have none", () => {
    expect(book.find(facts("openrouter", "openai/gpt-4o:nitro"))).toBeNull();
    expect(book.whyUnpriced(facts("openrouter", "openai/gpt-4o:nitro"))).toBe(
      'the price list of "openrouter" has no model "openai/gpt-4o:nitro"',
    );
    expect(book.whyUnpriced(facts("vercel-gateway", "openai/gpt-5"))).toBe(
      'no price list is known for the provider "vercel-gateway"',
    );
  });

  it("comes back as the same object, until more names were asked for than anybody uses", () => {
    const first = book.find(facts("openai", "gpt-5"));
    expect(book.find(facts("openai", "gpt-5"))).toBe(first);
    for (let n = 0; n < 5_001; n++) book.find(facts("nobody", `model-${n}`));
    expect(book.find(facts("openai", "gpt-5"))).toEqual(first);
  });
});

describe("names of models", () => {
  it("are tried as they are first, and unwrapped", () => {
    expect(modelNames("arn:aws:bedrock:us-east-1:1:inference-profile/us.a.b-v1:0")).toContain("us.a.b-v1:0");
    expect(modelNames("accounts/fireworks/models/x")[0]).toBe("accounts/fireworks/models/x");
    expect(modelNames("m-20250929")).toEqual(["m-20250929", "m-2025-09-29"]);
    expect(modelNames("claude@default")).toContain("claude");
    expect(modelNames("x".repeat(301))).toEqual([]);
  });
});
