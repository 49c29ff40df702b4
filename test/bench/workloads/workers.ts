/**
 * One process, workers on one port, and replicas behind nginx as `deploy/` ships it, all on PostgreSQL and Redis: what more
 * cores are good for, and what sharing the books costs.
 */
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { findNginx, startNginx } from "../../support/nginx.ts";
import { startPostgres } from "../../support/postgres.ts";
import { startRedis } from "../../support/redis.ts";
import { type Bench, withSystems } from "../rig/bench.ts";
import { type GatewayOptions, type System, startGateway } from "../rig/systems.ts";

export async function workers(bench: Bench): Promise<void> {
  const postgres = await startPostgres();
  const redis = await startRedis();
  try {
    if ("skipped" in postgres || "skipped" in redis) {
      bench.say("Workers: there is no PostgreSQL or no Redis on this machine.");
      return;
    }
    const shared = async (): Promise<Record<string, string>> => ({
      TOKLIGENCE_LEDGER_PATH: await postgres.url(`bench_${randomUUID().replaceAll("-", "")}`),
      TOKLIGENCE_REDIS_URL: redis.url,
      TOKLIGENCE_AUTH_SECRET: "one-secret-that-all-replicas-share-here",
    });
    const start = async (count: number): Promise<System> =>
      startGateway(bench.place, {
        name: count === 1 ? "1 process" : `${count} workers`,
        args: ["--workers", String(count)],
        env: await shared(),
      });
    const counts = availableParallelism() > 2 ? [1, 2, availableParallelism()] : [1, 2];
    const systems = [...counts.map(start), shared().then((env) => replicas(bench, env))];
    await withSystems(systems, async (all) => {
      for (const connections of [16, 128]) {
        const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
        await bench.compare("Workers", all, { kind, connections, sliceMs: 1_000, isSpread: true });
      }
    });
  } finally {
    if ("url" in redis) await redis.stop();
    if (!("skipped" in postgres)) await postgres.stop();
  }
}

/** Two, with nginx before them; its CPU is counted with theirs. Null where there is no nginx. */
async function replicas(bench: Bench, env: Record<string, string>): Promise<System | null> {
  const program = findNginx();
  if (program === null) return null;
  const options: GatewayOptions = { env: { ...env, TOKLIGENCE_TRUSTED_PROXIES: "127.0.0.1" } };
  const first = await startGateway(bench.place, options);
  const second = await startGateway(bench.place, { ...options, key: first.key });
  const nginx = await startNginx(
    program,
    [first, second].map(({ port }) => `127.0.0.1:${port}`),
  );
  return {
    name: "2 replicas behind nginx",
    port: Number(new URL(nginx.url).port),
    pid: nginx.pid,
    morePids: [first.pid ?? 0, second.pid ?? 0],
    headers: first.headers,
    async stop() {
      await nginx.stop();
      await Promise.all([first.stop(), second.stop()]);
    },
  };
}
