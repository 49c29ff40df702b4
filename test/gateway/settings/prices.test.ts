import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { readPriceFile } from "../../../src-gateway/settings/read-price-file.ts";
import { SettingsError } from "../../../src-gateway/settings/types.ts";

const known = { kinds: new Set(["openai", "zai"]), otherProviderIds: new Set<string>() };
const read = (text: string) => readConfigFile("gateway.yaml", text, known);

/** Everything that is wrong, as the operator is told. */
function told(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message.split("\n");
  }
  return [];
}

describe("prices: in gateway.yaml", () => {
  it("are read as they were written, in whole micro-USD per million", () => {
    const { prices } = read(`
prices:
  - provider: [openai, azure*]
    model: gpt-5*
    from: 2026-01-01
    to: 2026-07-01
    input: 1.25
    cache_read: "0.125"
    output: $10
    request: 0.005
    image: 0.04
    audio_minute: 0.006
    tiers:
      - {above: 272000, input: 2.5}
    factors: {batch: 0.5, Priority: "1.75"}
    note: yearly contract
  - model: local-*
    billing: free`);
    expect(prices).toEqual([
      {
        providers: ["openai", "azure*"],
        models: ["gpt-5*"],
        fromMs: Date.UTC(2026, 0, 1),
        toMs: Date.UTC(2026, 6, 1),
        tiers: [
          {
            aboveTokens: -1,
            prices: {
              input: 1_250_000,
              cacheRead: 125_000,
              output: 10_000_000,
              requests: 5_000_000_000,
              images: 40_000_000_000,
              audioSeconds: 100_000_000,
            },
          },
          {
            aboveTokens: 272_000,
            prices: {
              input: 2_500_000,
              cacheRead: 125_000,
              output: 10_000_000,
              requests: 5_000_000_000,
              images: 40_000_000_000,
              audioSeconds: 100_000_000,
            },
          },
        ],
        billing: null,
        factors: { batch: 500_000, priority: 1_750_000 },
        note: "yearly contract",
        where: "gateway.yaml:3",
      },
      expect.objectContaining({
        providers: null,
        models: ["local-*"],
        tiers: [],
        billing: "free",
        where: "gateway.yaml:17",
      }),
    ]);
  });

  it("may be left out, or be an empty list", () => {
    expect(read("aliases: {}")).not.toHaveProperty("prices");
    expect(read("prices: []").prices).toEqual([]);
  });

  it.each([
    [
      "- {input: 1, output: 1}",
      'gateway.yaml:2: prices[0]: names neither a provider nor a model (write model: "*" if it is meant for all)',
    ],
    ["- {model: m}", "gateway.yaml:2: prices[0]: says nothing about money (give prices, factors or billing)"],
    ["- {model: m, inptu: 1}", 'gateway.yaml:2: prices[0]: "inptu" is not known (did you mean input?'],
    [
      "- {model: m, input: cheap}",
      'gateway.yaml:2: prices[0].input: is no price (USD per million tokens, such as 1.25 or "0.075")',
    ],
    ["- {model: m, input: -1}", "gateway.yaml:2: prices[0].input: is no price"],
    ["- {model: m, input: 1e9}", "gateway.yaml:2: prices[0].input: is no price"],
    ["- {model: m, image: x}", "gateway.yaml:2: prices[0].image: is no price (USD each"],
    [
      "- {model: m, input: 1, from: soon}",
      'gateway.yaml:2: prices[0].from: "soon" is no day (such as 2026-03-01; it begins at midnight in UTC)',
    ],
    ["- {model: m, input: 1, from: 2026-02-30}", 'prices[0].from: "2026-02-30" is no day'],
    [
      "- {model: m, input: 1, from: 2026-03-01, to: 2026-03-01}",
      "gateway.yaml:2: prices[0].to: is not after from (the price holds up to, not on, that day)",
    ],
    ["- {model: m, billing: flat}", 'gateway.yaml:2: prices[0].billing: "flat" is not allowed'],
    ["- {model: m, billing: fre}", "did you mean free? allowed: metered, free, subscription"],
    [
      "- {model: m, billing: free, input: 1}",
      "gateway.yaml:2: prices[0]: has prices, and is billed as free (leave out one of the two)",
    ],
    [
      "- {model: m, billing: metered}",
      "gateway.yaml:2: prices[0]: is metered, and has no prices (give at least input and output)",
    ],
    ["- {model: m, factors: 0.5}", "gateway.yaml:2: prices[0].factors: must be a map of names to numbers"],
    [
      "- {model: m, factors: {batch: half}}",
      'gateway.yaml:2: prices[0].factors."batch": is no factor (allowed: 0 to 1000, such as 0.5)',
    ],
    ["- {model: m, factors: {batch: 1001}}", "is no factor"],
    ['- {model: m, factors: {"x y": 1}}', "is no name of a factor"],
    [
      "- {model: m, tiers: [{above: 5, input: 1}]}",
      "gateway.yaml:2: prices[0].tiers: stands without prices for small requests",
    ],
    ["- {model: m, input: 1, tiers: [{input: 1}]}", "gateway.yaml:2: prices[0].tiers[0].above: is missing"],
    ["- {model: m, input: 1, tiers: [{above: 5}]}", "gateway.yaml:2: prices[0].tiers[0]: has no prices"],
    ["- {model: m, input: 1, tiers: [{above: 1.5, input: 1}]}", "prices[0].tiers[0].above: is no whole number"],
    [
      "- {model: m, input: 1, tiers: [{above: 5, input: 1}, {above: 5, input: 2}]}",
      "has two tiers above the same number",
    ],
    [`- {model: m, input: 1, note: ${"x".repeat(201)}}`, "gateway.yaml:2: prices[0].note: is too long"],
  ])("%s is refused with its line", (entry, problem) => {
    const problems = told(() => read(`prices:\n${entry}`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it("are all looked at, and each mistake is told with its own line", () => {
    const problems = told(() =>
      read("prices:\n  - model: m\n    input: x\n  - model: n\n    output: y\n    input: 1\n"),
    );
    expect(problems.map((problem) => problem.slice(0, 31))).toEqual([
      "gateway.yaml:3: prices[0].input",
      "gateway.yaml:5: prices[1].outpu",
    ]);
  });
});

describe("billing of a provider", () => {
  it("is read, and refused with a hint", () => {
    const text = (billing: string) => `providers:\n  - {id: plan, kind: zai, billing: ${billing}}`;
    expect(read(text("subscription")).providers[0]?.billing).toBe("subscription");
    expect(told(() => read(text("subscripton")))).toEqual([
      'gateway.yaml:2: providers[0].billing: "subscripton" is not allowed ' +
        "(did you mean subscription? allowed: metered, free, subscription)",
    ]);
  });
});

describe("a price file", () => {
  it("has entries as in gateway.yaml, or a list of providers", () => {
    const entries = readPriceFile("p.json", '{"prices": [{"model": "m", "input": 1, "output": 2}]}');
    expect(entries).toMatchObject({ entries: [{ models: ["m"], where: "p.json:1" }] });
    expect(readPriceFile("p.json", ' [{"id": "openai"}]')).toEqual({ list: [{ id: "openai" }] });
  });

  it.each([
    ["", "p.json:1: file: holds no prices"],
    ['"x"', "p.json:1: file: holds no prices"],
    ["{}", "p.json:1: prices: is missing"],
    ['{\n"price": []}', 'p.json:2: file: "price" is not known (did you mean prices?'],
    ["[{", "p.json: file: cannot be read as JSON"],
    ['{"prices": [\n{"model": "m", "input": "x"}]}', "p.json:2: prices[0].input: is no price"],
  ])("%j is refused", (text, problem) => {
    expect(told(() => readPriceFile("p.json", text))[0]).toContain(problem);
  });
});

describe("docs/prices.md", () => {
  it("shows YAML that can be used, and names every member of an entry", () => {
    const page = readFileSync(new URL("../../../docs/prices.md", import.meta.url), "utf8");
    const [, yaml = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
    expect(read(yaml).prices?.map(({ tiers }) => tiers.length)).toEqual([2, 0, 0]);
    const [, allowed = ""] = /allowed: (.*)\)$/.exec(told(() => read("prices: [{modle: m}]"))[0] ?? "") ?? [];
    expect(allowed.split(", ").length).toBeGreaterThan(20);
    expect(allowed.split(", ").filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
