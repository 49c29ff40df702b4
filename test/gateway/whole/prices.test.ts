import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PricesView } from "../../../src-gateway/admin-api/contract/price-schemas.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { clientAs, newUser, rootClient } from "../admin-api/admin-client.ts";

let provider: RawProvider;
let published: RawProvider;
let gateway: TestGateway;
let folder: string;
let priceFile: string;
const listOf = (input: number) =>
  JSON.stringify([
    { id: "openai", models: [{ id: "m", match: { equals: "m" }, prices: { input_mtok: input, output_mtok: 1 } }] },
  ]);
/** Whole, as a program would write it; half a file is another matter. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
const config = (prices: string) => `
providers:
  - {id: work, kind: openai, base_url: ${provider.url}/v1, models: [m, gpt-5]}
  - {id: plan, kind: openai-compatible, base_url: ${provider.url}/v1, models: [other], billing: subscription}
aliases: {nick: gpt-5}
prices: ${prices}
`;

beforeAll(async () => {
  provider = await startRawProvider();
  published = await startRawProvider();
  published.respond = (request, response) => json(JSON.parse(listOf(7)))(request, response);
  folder = mkdtempSync(join(tmpdir(), "tokligence-prices-"));
  priceFile = join(folder, "prices.json");
  gateway = await startTestGateway({
    config: config("[]"),
    env: {
      TOKLIGENCE_PRICES_FILE: priceFile,
      TOKLIGENCE_PRICES_UPDATE: "true",
      TOKLIGENCE_PRICES_UPDATE_URL: `${published.url}/data.json`,
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([provider.stop(), published.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const show = (query: { model?: string; provider?: string; atUs?: number }): Promise<PricesView> =>
  rootClient(gateway).call("listPrices", { query });
async function inputOf(model: string): Promise<number | undefined> {
  const { prices } = await show({ model, provider: "work" });
  return prices[0]?.tiers[0]?.prices.find(({ part }) => part === "input")?.microsPerMillion;
}
async function becomes(input: number): Promise<void> {
  await expect.poll(() => inputOf("m"), { timeout: 5_000, interval: 20 }).toBe(input);
}

describe("the prices of a gateway", () => {
  it("are told with their source, and an alias is followed", async () => {
    const { prices } = await show({ model: "nick" });
    expect(prices.map(({ provider: at, model, source }) => [at, model, source])).toEqual([
      ["work", "gpt-5", "genai-prices 0.1.8"],
    ]);
    expect(prices[0]?.tiers[0]?.prices[0]).toEqual({
      part: "input",
      name: "input",
      microsPerMillion: 1_250_000,
      text: "$1.25 per million tokens",
    });
    const { prices: old } = await show({ model: "o3", provider: "openai", atUs: Date.UTC(2025, 4, 1) * 1000 });
    expect(old[0]?.tiers[0]?.prices[0]?.text).toBe("$10.00 per million tokens");
  });

  it("come from the update where the program has none, and the price file that is not there is told", async () => {
    await becomes(7_000_000);
    const { version, problem } = await show({ model: "m" });
    expect(version).toMatch(/^genai-prices update [0-9a-f]{8}, genai-prices 0\.1\.8$/);
    expect(problem).toBe(`${priceFile}: file: there is no such file`);
  });

  it("follow the price file, and keep the last good one while it is bad", async () => {
    write(priceFile, listOf(6));
    await becomes(6_000_000);
    expect((await show({ model: "m" })).problem).toBeNull();
    write(priceFile, listOf(-1));
    await expect
      .poll(async () => (await show({ model: "m" })).problem, { timeout: 5_000, interval: 20 })
      .toBe(`${priceFile}: file: "m" has a price that is no number, or too large`);
    expect(await inputOf("m")).toBe(6_000_000);
    write(priceFile, '{"prices": [{"model": "m", "input": 5, "output": 1}]}');
    await becomes(5_000_000);
    expect((await show({ model: "m" })).problem).toBeNull();
  });

  it("follow gateway.yaml, and keep the last good one while it is bad", async () => {
    write(gateway.configFile, config("[{model: m, input: 4, output: 1}]"));
    await becomes(4_000_000);
    write(gateway.configFile, config("[{model: m, input: cheap}]"));
    await expect
      .poll(async () => (await rootClient(gateway).call("getConfig")).problem, { timeout: 5_000, interval: 20 })
      .toContain("prices[0].input: is no price");
    expect(await inputOf("m")).toBe(4_000_000);
    expect(readFileSync(gateway.configFile, "utf8")).toContain("cheap");
  });

  it("of all models say which are free, flat, or unpriced and why", async () => {
    const { prices } = await show({});
    const found = prices.map(({ provider: at, model, billing, why }) => [at, model, billing, why]);
    expect(found).toEqual([
      ["work", "m", "metered", null],
      ["work", "gpt-5", "metered", null],
      ["plan", "other", "subscription", null],
    ]);
    const { prices: unknown } = await show({ model: "unheard-of", provider: "work" });
    expect(unknown).toMatchObject([
      { billing: null, why: 'the price list of "openai" has no model "unheard-of"', source: null, tiers: [] },
    ]);
  });

  it("may be seen by every user, and a provider that nobody knows is refused", async () => {
    const { token } = await newUser(gateway, "reader@example.com", "gateway_user");
    expect((await clientAs(gateway, token).call("listPrices", { query: { model: "gpt-5" } })).prices).toHaveLength(1);
    await expect(show({ model: "gpt-5", provider: "nobody" })).rejects.toMatchObject({ status: 404 });
  });
});
