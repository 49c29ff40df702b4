import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { createGuardedAgent } from "../../../src-gateway/upstream/guarded-agent.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { rootClient } from "../admin-api/admin-client.ts";

const PLANTED = "sk-planted-0123456789abcdef0123456789";

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

async function start(): Promise<{ gateway: TestGateway; provider: RawProvider; asked: string[] }> {
  const provider = await startRawProvider();
  const gateway = await startTestGateway();
  stops.push(
    () => provider.stop(),
    () => gateway.stop(),
  );
  const asked: string[] = [];
  provider.respond = (request, response) => {
    asked.push(`${request.method} ${request.path}`);
    const isKnown = request.headers["authorization"] === `Bearer ${PLANTED}`;
    const isList = request.method === "GET";
    const body = isList ? { data: [{ id: "m-1" }, { id: "m-2" }] } : { choices: [{ message: { content: "H" } }] };
    response.writeHead(isKnown ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(isKnown ? body : { error: { message: "no" } }));
  };
  return { gateway, provider, asked };
}

const stepsOf = ({ steps }: { steps: { step: string; ok: boolean | null }[] }) =>
  steps.map(({ step, ok }) => [step, ok]);

describe("a provider that is not saved", () => {
  it("is reached, shown the key and asked for a token, and nothing of it is kept", async () => {
    const { gateway, provider, asked } = await start();
    const client = rootClient(gateway);
    const entry = { kind: "openai", base_url: `${provider.url}/v1` };
    const good = await client.call("testProvider", { body: { provider: entry, secret: PLANTED } });
    expect(good).toMatchObject({ ok: true, models: ["m-1", "m-2"], model: "m-1" });
    expect(stepsOf(good)).toEqual([
      ["reach", true],
      ["authenticate", true],
      ["answer", true],
    ]);
    expect(asked).toEqual(["GET /v1/models", "POST /v1/chat/completions"]);
    const bad = await client.call("testProvider", { body: { provider: entry, secret: "sk-another-one-0000000" } });
    expect(stepsOf(bad)).toEqual([
      ["reach", true],
      ["authenticate", false],
      ["answer", null],
    ]);
    expect(await client.call("listProviders")).toEqual([]);
    expect(await client.call("listSecrets")).toEqual([]);
    expect(JSON.stringify([good, bad, await client.call("listActs", { query: {} })])).not.toContain("planted");
  });

  it("that nobody answers for is told from one that refuses the key", async () => {
    const { gateway } = await start();
    const client = rootClient(gateway);
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port: free } = server.address() as { port: number };
        server.close(() => resolve(free));
      });
    });
    const entry = { kind: "openai-compatible", base_url: `http://127.0.0.1:${port}/v1` };
    const result = await client.call("testProvider", { body: { provider: entry, model: "m" } });
    expect(result.ok).toBe(false);
    expect(stepsOf(result)[0]).toEqual(["reach", false]);
    expect(result.steps[0]?.problem).toContain("nothing listens at its address");
  });

  it("that is none is refused by name, without the key", async () => {
    const { gateway } = await start();
    const client = rootClient(gateway);
    for (const provider of [
      { kind: "opnai" },
      { kind: "openai", base_url: "ftp://x" },
      { kind: "openai", api_key: PLANTED },
      {},
    ]) {
      const thrown: unknown = await client
        .call("testProvider", { body: { provider, secret: PLANTED } })
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ status: 400, code: "invalid_request" });
      expect(String(thrown)).not.toContain("planted");
    }
  });
});

describe("where clouds give away the machine's credentials", () => {
  it.each([
    "http://169.254.169.254/v1",
    "http://[fd00:ec2::254]/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://0xA9FEA9FE/v1",
  ])("nobody is asked: %s", async (base_url) => {
    const { gateway } = await start();
    const client = rootClient(gateway);
    const provider = { kind: "openai-compatible", base_url };
    await expect(client.call("testProvider", { body: { provider, model: "m" } })).rejects.toMatchObject({
      status: 403,
      code: "forbidden",
    });
    const [entry] = await client.call("raceProviders", { body: { baseUrls: [base_url], tries: 1 } });
    expect(entry).toMatchObject({ latencyMs: null, failed: 1 });
    expect(entry?.problem).toContain("allow_metadata_addresses");
  });

  it("nor through a name that leads there, while names that lead to local models do", async () => {
    const lookUp = async (host: string) => [
      { address: host === "rebound.example" ? "169.254.169.254" : "10.0.0.7", family: 4 },
    ];
    await expect(createGuardedAgent("http://rebound.example", { allowMetadata: false, lookUp })).rejects.toMatchObject({
      code: "forbidden",
    });
    const agent = await createGuardedAgent("http://models.example", { allowMetadata: false, lookUp });
    await agent.destroy();
  });
});

describe("the race", () => {
  it("puts first who answers first, and last who does not answer", async () => {
    const { gateway, provider } = await start();
    const slow = await startRawProvider();
    stops.push(() => slow.stop());
    slow.respond = (_request, response) => void setTimeout(() => response.end("{}"), 150);
    const dead = "http://127.0.0.1:1/v1";
    const race = await rootClient(gateway).call("raceProviders", {
      body: { baseUrls: [dead, `${slow.url}/v1`, `${provider.url}/v1`], tries: 2 },
    });
    expect(race.map(({ baseUrl }) => baseUrl)).toEqual([`${provider.url}/v1`, `${slow.url}/v1`, dead]);
    expect(race[2]).toMatchObject({ latencyMs: null, failed: 2 });
  });
});

describe("the catalogue", () => {
  it("tells of each kind what a person has to give", async () => {
    const { gateway } = await start();
    const list = await rootClient(gateway).call("providerCatalogue");
    expect(list).toHaveLength(CATALOGUE.size);
    expect(list.find(({ kind }) => kind === "openai-compatible")).toMatchObject({ needsBaseUrl: true });
    expect(list.find(({ kind }) => kind === "groq")).toMatchObject({ needsBaseUrl: false, needsCredential: true });
    const openai = list.find(({ kind }) => kind === "openai");
    expect(openai?.protocols["openai-chat"]).toBe("https://api.openai.com/v1");
  });
});
