import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PriceView } from "../../../src-gateway/admin-api/contract/price-schemas.ts";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeAll(() => {
  home = newHome();
  mkdirSync(home.dataDir, { recursive: true });
  writeFileSync(
    join(home.dataDir, "gateway.yaml"),
    `
providers:
  - {id: work, kind: openai, credential: env:A_KEY, models: [gpt-5, house-model]}
  - {id: plan, kind: openai-compatible, base_url: http://127.0.0.1:1/v1, models: [flat-one], billing: subscription}
prices:
  - {provider: work, model: gpt-5, to: 2026-01-01, input: 1.5, output: 12, note: old contract}
`,
  );
});
afterAll(() => home.remove());

describe("gateway prices, where no gateway runs", () => {
  it("shows what a model costs, and where the price is from", async () => {
    const { code, out } = await home.run(["prices", "show", "gpt-5"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^model {2}gpt-5 at work\nfrom {3}genai-prices 0\.1\.8\n {2}input +\$1\.25 per million tokens\n/,
    );
    expect(out).toMatch(/\n {2}file searches +\$0\.0025 each\n$/);
  });

  it("shows what it did cost", async () => {
    const { out } = await home.run(["prices", "show", "gpt-5", "--at", "2025-12-01"]);
    expect(out).toMatch(/from {3}gateway\.yaml [0-9a-f]{8}\nnote {3}old contract\n {2}input +\$1\.50 per million/);
    const json = await home.run(["prices", "show", "o3", "--provider", "openai", "--at", "2025-05-01", "--json"]);
    const { prices } = JSON.parse(json.out) as { prices: PriceView[] };
    expect(prices[0]?.tiers[0]?.prices[0]?.microsPerMillion).toBe(10_000_000);
  });

  it("shows tiers apart, and asks about kinds that are not configured", async () => {
    const { out } = await home.run(["prices", "show", "claude-sonnet-4-5", "--provider", "anthropic"]);
    expect(out).toMatch(
      /\nfrom the first token on\n {2}input +\$3\.00 [^]*\nabove 200,000 input tokens\n {2}input +\$6\.00 /,
    );
  });

  it("says why a model is unpriced, and ends with 1", async () => {
    const { code, out } = await home.run(["prices", "show", "house-model", "--provider", "work"]);
    expect(code).toBe(1);
    expect(out).toContain(
      'price  unpriced: the price list of "openai" has no model "house-model"; give it one under prices:',
    );
    expect((await home.run(["prices", "show", "gpt-5", "--provider", "nobody"])).err).toContain(
      'There is no provider or kind of provider "nobody".',
    );
  });

  it("lists the models of all providers, and those without a price", async () => {
    const { out } = await home.run(["prices", "list"]);
    const lines = out.split("\n").map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
    expect(lines.slice(0, 4)).toEqual([
      ["MODEL", "PROVIDER", "INPUT", "CACHE READ", "OUTPUT", "FROM"],
      ["gpt-5", "work", "$1.25", "$0.125", "$10.00", "genai-prices 0.1.8"],
      ["house-model", "work", "unpriced", "unpriced", "unpriced", "–"],
      ["flat-one", "plan", "flat", "flat", "flat", "providers"],
    ]);
    const unpriced = await home.json<PriceView[]>(["prices", "list", "--unpriced"]);
    expect(unpriced.map(({ model }) => model)).toEqual(["house-model"]);
  });
});
