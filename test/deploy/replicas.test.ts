/** Two real replicas behind a real nginx with the configuration that is shipped, on one PostgreSQL and one Redis. */
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from "vitest";
import type { ExchangeView } from "../../src-gateway/admin-api/contract/schemas.ts";
import { describeOnPostgres } from "../suites/store.suite.ts";
import { makeCertificate } from "../support/certificate.ts";
import { checkTlsSite, findNginx } from "../support/nginx.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type Asked, ask, startTeam, type Team } from "../support/team.ts";

const nginx = findNginx();

describeOnPostgres("two replicas behind nginx", (database) => {
  let redis: TestRedis | { skipped: string };
  let team: Team | null = null;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await team?.stop();
    team = null;
  });
  afterAll(async () => {
    if ("url" in redis) await redis.stop();
  });

  async function start(context: TestContext, options: { budget: number; stopDelayMs: number }): Promise<Team> {
    if (nginx === null) return context.skip("no nginx on this machine");
    if ("skipped" in redis) return context.skip(redis.skipped);
    team = await startTeam({ ...options, program: nginx, ledgerUrl: database.url, redis });
    return team;
  }

  it("lose no accepted request and exceed no limit when one is killed; the other's streams go on", {
    timeout: 90_000,
  }, async (context) => {
    const budget = 150;
    const world = await start(context, { budget, stopDelayMs: 0 });
    const [first, second] = world.replicas;
    const streams = Array.from({ length: 12 }, (_, n) => ask(world, `stream-${n}`, true));
    await expect.poll(() => world.provider.requests.length, { timeout: 20_000 }).toBe(streams.length);
    const load = startLoad(world, 6);
    await expect.poll(load.answered, { timeout: 20_000 }).toBeGreaterThan(30);
    first.daemon.child.kill("SIGKILL");
    await first.daemon.ended;
    await expect.poll(() => load.all().some(({ status }) => status === 402), { timeout: 40_000 }).toBe(true);
    const short = await load.stop();
    world.endStreams();
    const long = await Promise.all(streams);

    const log = await logOf(world, short.length + long.length);
    const on = ({ tag }: Asked): string => log.find(({ path }) => path.startsWith(`/p/${tag}/`))?.replicas.at(-1) ?? "";
    const ofSecond = long.filter((each) => on(each) === second.address);
    expect(ofSecond.length).toBeGreaterThan(2);
    expect(ofSecond.length).toBeLessThan(long.length - 2);
    expect(ofSecond.filter(({ isWhole }) => !isWhole)).toEqual([]);
    expect(long.filter((each) => on(each) === first.address && each.isWhole)).toEqual([]);
    // What was on its way through the dead one: nginx must not ask another for it, since a provider may have been asked.
    const broken = short.filter(({ status }) => status !== 200 && status !== 402);
    expect(broken.length).toBeLessThanOrEqual(6);
    expect(new Set(broken.map(on))).toEqual(new Set(broken.length > 0 ? [first.address] : []));

    expect(world.provider.requests.length).toBeLessThanOrEqual(budget);
    const asked = world.provider.requests.map(({ body }) => /(?:stream|short)-\d+/.exec(body.toString())?.[0] ?? "");
    expect(new Set(asked).size).toBe(asked.length);
    // It comes back and tells what it left; everything that a provider was asked has a row.
    await first.start();
    await expect.poll(() => missingRows(world, asked), { timeout: 20_000 }).toEqual([]);
    const rows = await rowsOf(world);
    const brokenStreams = long.filter(({ isWhole }) => !isWhole).map(({ tag }) => tag);
    for (const tag of brokenStreams) expect(rows.get(tag)).toBe("interrupted");
    for (const { tag, status } of short.filter((each) => each.status === 200))
      expect({ tag, status, outcome: rows.get(tag) }).toMatchObject({
        outcome: expect.stringMatching(/^(?:completed|interrupted)$/),
      });
  });

  it("are restarted one after the other, and nothing is dropped", { timeout: 120_000 }, async (context) => {
    const world = await start(context, { budget: 100_000, stopDelayMs: 4_500 });
    const load = startLoad(world, 4);
    const streams = startLoad(world, 6, true);
    // Streams of about two seconds each, all the time.
    const ending = setInterval(() => world.endStreams(), 2_000);
    try {
      for (const replica of world.replicas) {
        const before = load.answered();
        await expect.poll(load.answered, { timeout: 20_000 }).toBeGreaterThan(before + 20);
        replica.daemon.child.kill("SIGTERM");
        await expect.poll(async () => (await fetch(`http://${replica.address}/readyz`)).status).toBe(503);
        expect(await replica.daemon.ended).toEqual({ code: 0, signal: null });
        await replica.start();
      }
      const before = streams.answered();
      await expect.poll(streams.answered, { timeout: 20_000 }).toBeGreaterThan(before + 6);
    } finally {
      clearInterval(ending);
    }
    const short = await load.stop();
    const stopped = streams.stop();
    world.endStreams();
    const last = setInterval(() => world.endStreams(), 100);
    const long = await stopped;
    clearInterval(last);
    expect([...short, ...long].filter(({ status, isWhole }) => status !== 200 || !isWhole)).toEqual([]);
    expect(long.length).toBeGreaterThan(12);
    // None was asked of a provider twice, and each has its row.
    const asked = world.provider.requests.map(({ body }) => /(?:stream|short)-\d+/.exec(body.toString())?.[0] ?? "");
    expect(new Set(asked).size).toBe(asked.length);
    await expect.poll(() => missingRows(world, asked), { timeout: 10_000 }).toEqual([]);
    const log = await logOf(world, short.length + long.length);
    for (const { address } of world.replicas)
      expect(log.filter(({ replicas }) => replicas.at(-1) === address).length).toBeGreaterThan(10);
  });

  it("are reached by address and not by measure, and no key stands in a log", async (context) => {
    const world = await start(context, { budget: 100, stopDelayMs: 0 });
    expect((await fetch(`${world.nginx.url}/metrics`)).status).toBe(404);
    const planted = "planted-in-a-query-0123456789";
    await fetch(`${world.nginx.url}/v1/models?key=${planted}`);
    expect((await ask(world, "short-1", false)).status).toBe(200);
    const row = (await recordsOf(world)).find(({ project }) => project === "short-1");
    expect(row).toMatchObject({ outcome: "completed" });
    for (const { daemon } of world.replicas) daemon.child.kill("SIGKILL");
    await Promise.all(world.replicas.map(({ daemon }) => daemon.ended));
    expect((await fetch(`${world.nginx.url}/v1/models?key=${planted}`)).status).toBe(502);
    await expect.poll(() => world.nginx.asked().filter(({ path }) => path === "/v1/models").length).toBe(2);
    expect(world.nginx.errors() + JSON.stringify(world.nginx.asked())).not.toContain(planted);
  });
});

it("nginx takes the configuration with TLS", (context) => {
  if (nginx === null) return context.skip("no nginx on this machine");
  expect(checkTlsSite(nginx, makeCertificate())).toBe("");
});

interface Load {
  answered(): number;
  all(): Asked[];
  /** Resolves with all answers, when the last one is there. */
  stop(): Promise<Asked[]>;
}

let numbers = 0;
/** So many at a time, one after the other. */
function startLoad(world: Team, workers: number, isStream = false): Load {
  const done: Asked[] = [];
  const until = new AbortController();
  const work = async (): Promise<void> => {
    while (!until.signal.aborted)
      done.push(await ask(world, `${isStream ? "stream" : "short"}-${++numbers + 1_000}`, isStream));
  };
  const all = Array.from({ length: workers }, work);
  return {
    answered: () => done.length,
    all: () => done,
    async stop() {
      until.abort();
      await Promise.all(all);
      return done;
    },
  };
}

async function logOf(world: Team, count: number): Promise<ReturnType<Team["nginx"]["asked"]>> {
  const ofLoad = () => world.nginx.asked().filter(({ path }) => path.startsWith("/p/"));
  await expect.poll(() => ofLoad().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
  return ofLoad();
}

async function recordsOf({ replicas, key }: Team): Promise<ExchangeView[]> {
  const found: ExchangeView[] = [];
  for (let before = ""; ; ) {
    const reply = await fetch(`http://${replicas[1].address}/api/v1/exchanges?limit=1000${before}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const page = (await reply.json()) as ExchangeView[];
    found.push(...page);
    if (page.length < 1000) return found;
    before = `&beforeId=${page.at(-1)?.id ?? ""}`;
  }
}

const rowsOf = async (world: Team): Promise<Map<string, string>> =>
  new Map((await recordsOf(world)).map(({ project, outcome }) => [project ?? "", outcome]));

async function missingRows(world: Team, tags: string[]): Promise<string[]> {
  const rows = await rowsOf(world);
  return tags.filter((tag) => !rows.has(tag) || rows.get(tag) === "open");
}
