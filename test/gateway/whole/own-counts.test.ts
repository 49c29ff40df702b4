/** The gateway's own counts beside those of providers, over real sockets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import {
  callLane,
  ENDING_LANES,
  endingConfig,
  INPUT_NANO,
  OUTPUT_NANO,
  SPEECH,
  wireOf,
} from "../../support/ending-lanes.ts";
import { expectBooksInOrder } from "../../support/expect-books.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { newHome } from "../cli/run-cli.ts";

let provider: RawProvider;
const folders: string[] = [];
beforeAll(async () => {
  provider = await startRawProvider();
  provider.respond = speak;
});
afterAll(async () => {
  await provider.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** In events where that is asked for. */
const speak: RawProvider["respond"] = (request, reply) => {
  const { start, end, whole } = SPEECH[wireOf(request)];
  const isStream = request.body.includes('"stream":true') || request.path.includes(":stream");
  reply.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
  reply.end(isStream ? start + end : JSON.stringify(whole));
};
/** The same without a word about usage. */
const speakWithoutUsage: RawProvider["respond"] = (request, reply) => {
  const { whole } = SPEECH[wireOf(request)];
  const { usage: _, usageMetadata: __, ...rest } = whole;
  reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rest));
};

async function openGateway(env: Record<string, string>): Promise<{ gateway: TestGateway; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), "tokligence-counts-"));
  folders.push(folder);
  const config = endingConfig(provider.url);
  const gateway = await startTestGateway({ dataDir: folder, env: { ENDING_KEY: "sk-x", ...env }, config });
  return { gateway, folder };
}

async function get<Reply>({ url, key }: TestGateway, path: string): Promise<Reply> {
  const reply = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
  return (await reply.json()) as Reply;
}

async function askAll(gateway: TestGateway, stream: boolean): Promise<ExchangeView[]> {
  const name = stream ? "streamed" : "whole";
  const calls = ENDING_LANES.map((lane) => callLane(gateway, lane, { session: `${lane.name} ${name}`, stream }));
  for (const { over } of calls) expect(await over).toMatchObject({ status: 200, end: "whole" });
  return gateway.exchanges(calls.length, ({ session }) => session?.endsWith(name) ?? false);
}

describe("a gateway that counts all", () => {
  it("has its own count beside the provider's in every row, and tells how they differ", {
    timeout: 60_000,
  }, async () => {
    const { gateway, folder } = await openGateway({ TOKLIGENCE_OWN_TOKEN_COUNT: "all" });
    await askAll(gateway, true);
    await askAll(gateway, false);
    const counted = async () => (await gateway.exchanges(2 * ENDING_LANES.length)).filter(({ own }) => own !== null);
    await expect.poll(async () => (await counted()).length, { timeout: 30_000 }).toBe(2 * ENDING_LANES.length);
    const records = await counted();
    // The provider's word stands, and the price follows it.
    for (const { usage, usageSource, own, cost } of records) {
      expect([usageSource, usage.inputUncached, usage.output, own?.output]).toEqual(["provider", 5, 2, 3]);
      expect(own?.input).toBeGreaterThan(12);
      expect(cost?.nano).toBe(5 * INPUT_NANO + 2 * OUTPUT_NANO);
    }
    const differences = await get<ReplyOf<"usageDifferences">>(gateway, "/usage/differences");
    expect(new Set(differences.map((row) => row.provider))).toEqual(new Set(WIRE_PROTOCOLS));
    for (const { provider: id, model, requests, own, reported, ratio } of differences) {
      expect([model, requests, reported]).toEqual([id, 8, { input: 40, output: 16, reasoning: 0 }]);
      const input = records.reduce((sum, each) => sum + (each.provider === id ? (each.own?.input ?? 0) : 0), 0);
      expect([own, ratio.output]).toEqual([{ input, output: 24 }, 0.667]);
    }
    const home = newHome();
    const remote = { TOKLIGENCE_URL: gateway.url, TOKLIGENCE_ADMIN_KEY: gateway.key };
    const table = await home.run(["usage", "--differences"], remote);
    expect(table.out).toMatch(/openai-chat\s+openai-chat\s+8\s+\d+\s+40\s+0\.\d+\s+24\s+16\s+0\.667/);
    const shown = await home.run(["logs", "show", records[0]?.requestId ?? ""], remote);
    expect(shown.out).toMatch(/own:[\s\S]*providerDiffersBy:[\s\S]*output: -1 \(-33\.3 %\)/);
    home.remove();
    const later = await get<ReplyOf<"usageDifferences">>(gateway, `/usage/differences?fromUs=${Date.now() * 1000}`);
    expect(later).toEqual([]);
    await gateway.stop();
    await expectBooksInOrder(join(folder, "ledger.db"), new Set(records.map(({ session }) => session ?? "")));
  });
});

describe("a provider that reports no usage", () => {
  it("leaves none, unless the operator wants an estimate, which says that it is one", { timeout: 60_000 }, async () => {
    provider.respond = speakWithoutUsage;
    const [honest, guessing] = await Promise.all([
      openGateway({ TOKLIGENCE_OWN_TOKEN_COUNT: "all" }),
      openGateway({ TOKLIGENCE_ESTIMATE_MISSING_USAGE: "true" }),
    ]);
    for (const record of await askAll(honest.gateway, false)) {
      expect(record).toMatchObject({ usageSource: "none", cost: null, usage: { inputUncached: 0, output: 0 } });
    }
    const records = await askAll(guessing.gateway, false);
    for (const { usage, usageSource, own, cost } of records) {
      expect([usageSource, usage.output]).toEqual(["estimated", 3]);
      expect(own).toEqual({ input: usage.inputUncached, output: usage.output });
      expect(cost?.nano).toBe(usage.inputUncached * INPUT_NANO + usage.output * OUTPUT_NANO);
    }
    // Nobody else has counted these.
    expect(await get(guessing.gateway, "/usage/differences")).toEqual([]);
    expect(await get(guessing.gateway, "/usage/summary")).toMatchObject({
      requests: records.length,
      costNano: records.reduce((sum, { cost }) => sum + (cost?.nano ?? 0), 0),
    });
    provider.respond = speak;
    for (const { gateway, folder } of [honest, guessing]) {
      await gateway.stop();
      await expectBooksInOrder(join(folder, "ledger.db"), new Set(records.map(({ session }) => session ?? "")));
    }
  });

  it("is estimated also when the gateway is told to stop at once", { timeout: 60_000 }, async () => {
    provider.respond = speakWithoutUsage;
    const { gateway, folder } = await openGateway({ TOKLIGENCE_ESTIMATE_MISSING_USAGE: "true" });
    const calls = ENDING_LANES.map((lane) => callLane(gateway, lane, { session: lane.name, stream: false }));
    await Promise.all(calls.map(({ over }) => over));
    await gateway.stop();
    provider.respond = speak;
    await expectBooksInOrder(join(folder, "ledger.db"), new Set(ENDING_LANES.map(({ name }) => name)));
  });
});

describe("an exchange that is not counted", () => {
  it("is every one where nothing is set, and nineteen of twenty in a sample", { timeout: 60_000 }, async () => {
    const [off, sample] = await Promise.all([openGateway({}), openGateway({ TOKLIGENCE_OWN_TOKEN_COUNT: "sample" })]);
    for (const { own } of await askAll(off.gateway, false)) expect(own).toBeNull();
    for (let round = 0; round < 5; round++) {
      const calls = ENDING_LANES.map((lane) =>
        callLane(sample.gateway, lane, { session: `${lane.name} ${round}`, stream: false }),
      );
      await Promise.all(calls.map(({ over }) => over));
    }
    const chosen = (await sample.gateway.exchanges(5 * ENDING_LANES.length)).filter(({ id }) => id % 20 === 0);
    const counted = async () =>
      (await sample.gateway.exchanges(5 * ENDING_LANES.length)).flatMap(({ id, own }) => (own === null ? [] : [id]));
    await expect.poll(counted, { timeout: 30_000 }).toEqual(chosen.map(({ id }) => id));
    await Promise.all([off.gateway.stop(), sample.gateway.stop()]);
  });
});
