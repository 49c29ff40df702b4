/** One, two and more workers on one port, on PostgreSQL and Redis: what a machine's cores are good for. */
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { startPostgres } from "../../support/postgres.ts";
import { startRedis } from "../../support/redis.ts";
import { type Bench, withSystems } from "../rig/bench.ts";
import { startGateway } from "../rig/systems.ts";

export async function workers(bench: Bench): Promise<void> {
  const postgres = await startPostgres();
  const redis = await startRedis();
  try {
    if ("skipped" in postgres || "skipped" in redis) {
      bench.say("Workers: there is no PostgreSQL or no Redis on this machine.");
      return;
    }
    const start = async (count: number) =>
      startGateway(bench.place, {
        name: count === 1 ? "1 process" : `${count} workers`,
        args: ["--workers", String(count)],
        env: {
          TOKLIGENCE_LEDGER_PATH: await postgres.url(`bench_${randomUUID().replaceAll("-", "")}`),
          TOKLIGENCE_REDIS_URL: redis.url,
        },
      });
    const counts = availableParallelism() > 2 ? [1, 2, availableParallelism()] : [1, 2];
    await withSystems(counts.map(start), async (systems) => {
      for (const connections of [16, 128]) {
        const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
        await bench.compare("Workers", systems, { kind, connections, sliceMs: 1_000 });
      }
    });
  } finally {
    if ("url" in redis) await redis.stop();
    if (!("skipped" in postgres)) await postgres.stop();
  }
}
