/** `gatewayd --workers 2` as a person starts it, on a real PostgreSQL and a real Redis. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from "vitest";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import { type Daemon, newFolder, startDaemon } from "../../support/daemon.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

const PATIENCE = { timeout: 30_000, interval: 100 };

interface Served {
  daemon: Daemon;
  url: string;
  key: string;
  folder: string;
  provider: RawProvider;
}

it("several processes are refused where they cannot count and write together", { timeout: 30_000 }, async () => {
  const folder = newFolder();
  const daemon = startDaemon(folder.path, ["--workers", "2"]);
  expect((await daemon.ended).code).toBe(2);
  expect(daemon.errors()).toMatch(/several processes need PostgreSQL .*ledger_path.* and Redis .*redis_url/);
  const nonsense = startDaemon(folder.path, ["--workers", "0"]);
  expect((await nonsense.ended).code).toBe(2);
  expect(nonsense.errors()).toContain('"0" is no number of processes');
  const alone = startDaemon(folder.path, ["--worker", "2"]);
  expect((await alone.ended).code).toBe(1);
  expect(alone.errors()).toContain("--worker is for processes");
  folder.remove();
});

describeOnPostgres("several workers on one port", (database) => {
  let redis: TestRedis | { skipped: string };
  let served: Served | null = null;
  const folder = newFolder();
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    const { daemon, provider } = served ?? {};
    served = null;
    daemon?.child.kill("SIGTERM");
    await daemon?.ended;
    await provider?.stop();
  });
  afterAll(async () => {
    if ("url" in redis) await redis.stop();
    folder.remove();
  });

  async function start(context: TestContext, more: { budget?: number } = {}): Promise<Served> {
    if ("skipped" in redis) return context.skip(redis.skipped);
    const provider = await startRawProvider();
    provider.respond = (_request, response) => answer(response);
    const config = {
      providers: [{ id: "p", kind: "openai-compatible", base_url: `${provider.url}/v1`, models: ["m"] }],
      budgets:
        more.budget === undefined
          ? []
          : [{ id: randomUUID(), per: "global", unit: "requests", limit: more.budget, window: "day" }],
    };
    const home = join(folder.path, randomUUID());
    mkdirSync(join(home, "config"), { recursive: true });
    writeFileSync(join(home, "config", "gateway.json"), JSON.stringify(config));
    const daemon = startDaemon(home, ["--workers", "2"], {
      TOKLIGENCE_LEDGER_PATH: database.url,
      TOKLIGENCE_REDIS_URL: redis.url,
      // Whoever does not wait for a busy Redis counts alone.
      TOKLIGENCE_REDIS_WAIT_MS: "1000",
      TOKLIGENCE_DRAIN_MS: "20000",
      TOKLIGENCE_LOG_FILE: join(home, "gateway.log"),
      TOKLIGENCE_UPDATE_CHECK_ENABLED: "false",
    });
    served = { daemon, provider, folder: home, url: "", key: "" };
    const { url, clientKey = "" } = await daemon.ready;
    served = { ...served, url, key: clientKey };
    return served;
  }

  it("share the port, the log's lines say whose they are, and the metrics are those of all", {
    timeout: 90_000,
  }, async (context) => {
    const world = await start(context);
    for (let n = 0; n < 20; n++) expect((await ask(world)).status).toBe(200);
    let metrics = "";
    const counted = async (): Promise<[worker: string, count: number][]> => {
      metrics = (await get(world, "/metrics")).text;
      const found = metrics.matchAll(/^gateway_requests_total\{worker="(\d)",.*\} (\d+)$/gm);
      return [...found].map(([, worker = "", count]) => [worker, Number(count)]);
    };
    // A request is counted when its record is closed, just after its answer.
    const sum = async () => (await counted()).reduce((total, [, count]) => total + count, 0);
    await expect.poll(sum, PATIENCE).toBe(20);
    expect(new Set((await counted()).map(([worker]) => worker))).toEqual(new Set(["1", "2"]));
    expect(metrics.match(/^# TYPE gateway_requests_total counter$/gm)).toHaveLength(1);
    const lines = ["gateway.log", "gateway.worker-2.log"].map((name) => readFileSync(join(world.folder, name), "utf8"));
    for (const [at, text] of lines.entries())
      for (const line of text.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("worker", at + 1);
    expect(await workersOf(world)).toHaveLength(2);

    const moved = join(world.folder, "gateway.worker-2.log");
    renameSync(moved, `${moved}.1`);
    world.daemon.child.kill("SIGUSR1");
    await expect
      .poll(async () => {
        await ask(world);
        return existsSync(moved);
      }, PATIENCE)
      .toBe(true);
  });

  it("do not start where one of them cannot, and leave its words to be read", { timeout: 90_000 }, async (context) => {
    if ("skipped" in redis) return context.skip(redis.skipped);
    const taken = http.createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const home = join(folder.path, randomUUID());
    mkdirSync(home, { recursive: true });
    const env = { TOKLIGENCE_LEDGER_PATH: database.url, TOKLIGENCE_REDIS_URL: redis.url };
    const daemon = startDaemon(home, ["--workers", "2", "--port", String(port)], env);
    expect(await daemon.ended).toEqual({ code: 1, signal: null });
    expect(daemon.errors()).toContain(`Port ${port} on 127.0.0.1 is taken by another program.`);
    expect(daemon.errors()).not.toMatch(/started again|did not start/);
    taken.close();
  });

  it("take no more than a budget allows all of them", { timeout: 90_000 }, async (context) => {
    const world = await start(context, { budget: 15 });
    const replies = await Promise.all(Array.from({ length: 40 }, () => ask(world)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(15);
    expect(world.provider.requests).toHaveLength(15);
  });

  it("are paused together, also the one that comes back", { timeout: 90_000 }, async (context) => {
    const world = await start(context);
    const statuses = async () =>
      new Set((await Promise.all(Array.from({ length: 8 }, () => ask(world)))).map(({ status }) => status));
    expect((await get(world, "/api/v1/gateway/pause", "POST")).status).toBe(200);
    await expect.poll(statuses, PATIENCE).toEqual(new Set([503]));
    const [one] = await workersOf(world);
    process.kill(one ?? 0, "SIGKILL");
    await expect.poll(() => world.daemon.errors(), PATIENCE).toMatch(/worker \d ended \(SIGKILL\); started again/);
    await expect.poll(async () => (await workersOf(world)).includes(one ?? 0), PATIENCE).toBe(false);
    await expect.poll(async () => (await workersOf(world)).length, PATIENCE).toBe(2);
    await expect.poll(statuses, PATIENCE).toEqual(new Set([503]));
    expect((await get(world, "/api/v1/gateway/resume", "POST")).status).toBe(200);
    await expect.poll(statuses, PATIENCE).toEqual(new Set([200]));
  });

  it("end their answers when they are told to stop, and leave nobody behind", { timeout: 90_000 }, async (context) => {
    const world = await start(context);
    const workers = await workersOf(world);
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.provider.respond = (_request, response) => void released.then(() => answer(response));
    const open = Array.from({ length: 6 }, () => ask(world));
    await expect.poll(() => world.provider.requests.length, PATIENCE).toBe(6);
    world.daemon.child.kill("SIGTERM");
    // New connections are refused before what is open has ended.
    const knock = () =>
      get(world, "/readyz").then(
        () => "answered",
        () => "refused",
      );
    // Nobody who comes while they close is left waiting.
    await Promise.all(Array.from({ length: 40 }, knock));
    await expect.poll(knock, PATIENCE).toBe("refused");
    release();
    expect((await Promise.all(open)).map(({ status }) => status)).toEqual(open.map(() => 200));
    expect(await world.daemon.ended).toEqual({ code: 0, signal: null });
    await expect.poll(() => workers.filter(isAlive), PATIENCE).toEqual([]);
  });

  it("end in order when the process that started them is killed", { timeout: 90_000 }, async (context) => {
    const world = await start(context);
    const workers = await workersOf(world);
    let release = (): void => {};
    world.provider.respond = (_request, response) => {
      release = () => answer(response);
    };
    const open = ask(world);
    await expect.poll(() => world.provider.requests.length, PATIENCE).toBe(1);
    world.daemon.child.kill("SIGKILL");
    await expect.poll(() => workers.filter(isAlive).length, PATIENCE).toBe(1);
    release();
    expect((await open).status).toBe(200);
    await expect.poll(() => workers.filter(isAlive), PATIENCE).toEqual([]);
  });
});

function answer(response: http.ServerResponse): void {
  const choices = [{ index: 0, message: { role: "assistant", content: "short" }, finish_reason: "stop" }];
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ id: "x", model: "m", choices, usage }));
}

let asked = 0;
/** Each over a connection of its own, so that the workers take turns. */
function ask(world: Served): Promise<{ status: number; text: string }> {
  const messages = [{ role: "user", content: `question ${++asked}` }];
  return get(world, "/v1/chat/completions", "POST", JSON.stringify({ model: "p/m", messages }));
}

function get({ url, key }: Served, path: string, method = "GET", body = ""): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const request = http.request(url + path, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Process ids of those that serve. */
async function workersOf(world: Served): Promise<number[]> {
  const reply = await get(world, "/api/v1/gateway/operations");
  const { replicas } = JSON.parse(reply.text) as { replicas: { pid: number }[] };
  return replicas.map(({ pid }) => pid).filter(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
