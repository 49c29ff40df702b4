import { describe, expect, it } from "vitest";
import { pricedProvider } from "../../../src-gateway/prices/price-providers.ts";
import type { PriceFacts } from "../../../src-gateway/prices/types.ts";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { resolveInstances } from "../../../src-gateway/providers/instances.ts";
import { bookWith, EVERY_KIND, NOVEMBER_MS, overridesOf } from "./price-book.ts";

const facts = (provider: string, model: string, more: Partial<PriceFacts> = {}): PriceFacts => ({
  provider,
  model,
  atMs: NOVEMBER_MS,
  inputTokens: 100,
  ...more,
});
const inputAt = (yaml: string, asked: PriceFacts): number | undefined => bookWith(yaml).find(asked)?.unitPrices.input;

describe("prices of the operator", () => {
  it("come before the list, as a whole", () => {
    const found = bookWith("- {provider: openai, model: gpt-5, input: 1, output: 2, note: yearly contract}").find(
      facts("openai", "gpt-5"),
    );
    expect(found).toMatchObject({
      source: "gateway.yaml 0",
      priceProvider: "openai",
      priceModel: "gpt-5",
      note: "yearly contract",
      unitPrices: { input: 1_000_000, output: 2_000_000, cacheRead: 1_000_000 },
    });
    expect(found?.unitPrices.webSearches).toBeUndefined();
  });

  it("hold for days, which begin at midnight in UTC", () => {
    const yaml = "- {model: m, from: 2026-03-01, to: 2026-04-01, input: 1, output: 1}";
    const at = (date: string) => inputAt(yaml, facts("openai", "m", { atMs: Date.parse(date) }));
    expect(at("2026-02-28T23:59:59.999Z")).toBeUndefined();
    expect(at("2026-03-01T00:00:00Z")).toBe(1_000_000);
    expect(at("2026-03-31T23:59:59.999Z")).toBe(1_000_000);
    expect(at("2026-04-01T00:00:00Z")).toBeUndefined();
  });

  it("of several, the more exact model counts, then provider, then the later day, then the place", () => {
    const yaml = `
- {model: "*", input: 1, output: 1}
- {model: gpt-*, input: 2, output: 1}
- {model: gpt-5*, input: 3, output: 1}
- {model: gpt-5*, from: 2026-01-01, input: 4, output: 1}
- {model: gpt-5*, from: 2027-01-01, input: 5, output: 1}
- {provider: "*", model: gpt-5-mini, input: 6, output: 1}
- {provider: openai, model: gpt-5-mini, input: 7, output: 1}
- {provider: openai, model: gpt-5-mini, input: 8, output: 1}`;
    const millions = (model: string, atMs = NOVEMBER_MS) =>
      (inputAt(yaml, facts("openai", model, { atMs })) ?? 0) / 1_000_000;
    expect(["o3", "gpt-4o", "gpt-5-nano", "gpt-5-mini"].map((model) => millions(model))).toEqual([1, 2, 4, 7]);
    expect(millions("gpt-5-nano", Date.UTC(2025, 0, 1))).toBe(3);
    expect(millions("gpt-5-nano", Date.UTC(2028, 0, 1))).toBe(5);
  });

  it("match instances by id or kind, and models by the name that was sent or reported", () => {
    const providers = [...EVERY_KIND, { id: "work", kind: "openai", urls: [], billing: "metered" as const }];
    const layers = [
      { source: "s", overrides: overridesOf("- {provider: [work], model: gpt-5-2025*, input: 9, output: 1}") },
    ];
    const book = bookWith(null, { layers, providers });
    const served = { modelServed: "gpt-5-2025-08-07" };
    expect(book.find(facts("work", "gpt-5", served))?.unitPrices.input).toBe(9_000_000);
    expect(book.find(facts("openai", "gpt-5", served))?.unitPrices.input).toBe(1_250_000);
    expect(inputAt("- {provider: OPENAI, model: GPT-5, input: 9, output: 1}", facts("openai", "gpt-5"))).toBe(
      9_000_000,
    );
  });

  it("have tiers, which keep what they leave out", () => {
    const book = bookWith(`
- model: m
  input: 1
  output: 2
  cache_read: 0.1
  tiers: [{above: 1000, input: 3}, {above: 500, input: 2, output: 5}]`);
    const at = (inputTokens: number) => book.find(facts("openai", "m", { inputTokens }));
    expect([500, 501, 1000, 1001].map((tokens) => at(tokens)?.unitPrices.input)).toEqual([1e6, 2e6, 2e6, 3e6]);
    expect(at(1001)).toMatchObject({ aboveTokens: 1000, unitPrices: { output: 2_000_000, cacheRead: 100_000 } });
    expect(book.thresholds(facts("openai", "m"))).toEqual([0, 500, 1000]);
  });
});

describe("factors of the operator", () => {
  it("come before the published ones, and are rounded once", () => {
    const book = bookWith("- {provider: openai, factors: {always: 0.93, flex: 0.4, turbo: 3}}");
    const input = (more: Partial<PriceFacts>) => book.find(facts("openai", "gpt-5", more))?.unitPrices.input;
    expect(input({})).toBe(1_162_500);
    expect(input({ serviceTier: "flex" })).toBe(465_000);
    expect(input({ serviceTier: "turbo" })).toBe(3_487_500);
    expect(input({ serviceTier: "priority" })).toBe(2_325_000);
    expect(input({ isBatch: true })).toBe(581_250);
    expect(book.find(facts("openai", "gpt-5"))?.factors).toEqual([{ name: "always", millionths: 930_000 }]);
    expect(book.find(facts("anthropic", "claude-sonnet-4-5"))?.factors).toEqual([]);
  });

  it("on everything include what is not counted in tokens, and others do not", () => {
    const searches = (yaml: string, more: Partial<PriceFacts> = {}) =>
      bookWith(yaml).find(facts("openai", "gpt-5", more))?.unitPrices.webSearches;
    expect(searches("- {provider: openai, factors: {always: 0.5}}")).toBe(5_000_000_000);
    expect(searches("- {provider: openai, factors: {batch: 0.5}}", { isBatch: true })).toBe(10_000_000_000);
  });

  it("are not always on a price that the operator has set, which is taken as it stands", () => {
    const book = bookWith(`
- {provider: openai, factors: {always: 0.5, flex: 0.4}}
- {provider: openai, model: gpt-5, input: 2, output: 1}
- {provider: openai, model: o3, input: 2, output: 1, factors: {always: 0.9}}`);
    const input = (model: string, more: Partial<PriceFacts> = {}) =>
      book.find(facts("openai", model, more))?.unitPrices.input;
    expect([input("gpt-4o"), input("gpt-5"), input("o3")]).toEqual([1_250_000, 2_000_000, 1_800_000]);
    expect(input("gpt-5", { serviceTier: "flex" })).toBe(800_000);
  });

  it("hold only in their time, also where a price was asked for before", () => {
    const book = bookWith("- {provider: openai, from: 2026-06-01, factors: {always: 0.5}}");
    const input = (atMs: number) => book.find(facts("openai", "gpt-5", { atMs }))?.unitPrices.input;
    const [may, july] = [Date.UTC(2026, 4, 1), Date.UTC(2026, 6, 1)];
    expect([may, july, may].map(input)).toEqual([1_250_000, 625_000, 1_250_000]);
  });
});

describe("what costs nothing by the request", () => {
  it("is free on one's own computer, whatever the model, unless the operator says otherwise", () => {
    const free = bookWith(null).find(facts("ollama", "qwen3:8b"));
    expect(free).toMatchObject({ billing: "free", source: "providers", unitPrices: {}, priceModel: "qwen3:8b" });
    expect(bookWith("- {model: qwen3*, input: 1, output: 1}").find(facts("ollama", "qwen3:8b"))?.billing).toBe("free");
    const rented = bookWith("- {provider: ollama, model: qwen3*, input: 1, output: 1}");
    expect(rented.find(facts("ollama", "qwen3:8b"))).toMatchObject({ billing: "metered" });
    expect(rented.find(facts("ollama", "llama3.2"))?.billing).toBe("free");
  });

  it("is covered by a flat fee where the provider says so", () => {
    const where = "gateway.yaml:1";
    const configs = [
      { id: "plan", kind: "zai", billing: "subscription" as const, where },
      { id: "rented", kind: "vllm", billing: "metered" as const, where },
      { id: "own", kind: "vllm", where },
    ];
    const { instances } = resolveInstances(configs, CATALOGUE);
    const providers = instances.map((instance) => pricedProvider(instance, CATALOGUE.get(instance.kind)));
    const book = bookWith(null, { providers });
    expect(book.find(facts("plan", "glm-5.2"))).toMatchObject({ billing: "subscription", unitPrices: {} });
    expect(book.find(facts("own", "m"))?.billing).toBe("free");
    expect(book.find(facts("rented", "m"))).toBeNull();
  });

  it("stays 0 at any tier of service, as nobody sends a bill", () => {
    const found = bookWith(null).find(facts("ollama", "m", { serviceTier: "priority", isBatch: true }));
    expect(found).toMatchObject({ billing: "free", factors: [] });
  });
});
