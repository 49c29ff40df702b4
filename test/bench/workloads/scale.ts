/** How the cost of a request grows with what there is besides: routes, providers, keys, and streams that say nothing. */
import { spawn } from "node:child_process";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { type Bench, withSystems } from "../rig/bench.ts";
import { cpuNs, memoryOf } from "../rig/processes.ts";
import { requestBytes } from "../rig/requests.ts";
import { type GatewayOptions, type System, startGateway } from "../rig/systems.ts";

export async function scale(bench: Bench): Promise<void> {
  const many = bench.isFull
    ? { routes: 10_000, providers: 1_000, keys: 1_000_000 }
    : { routes: 10_000, providers: 1_000, keys: 100_000 };
  const start = (name: string, options: GatewayOptions = {}): Promise<System> =>
    startGateway(bench.place, { ...options, name });
  const systems = [
    start("gateway"),
    start(`${many.routes} routes`, { routes: routes(many.routes) }),
    start(`${many.providers} providers`, { providers: providers(many.providers) }),
    withKeys(bench, many.keys),
  ];
  await withSystems(systems, async (all) => {
    const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
    await bench.compare("Scale", all, { kind, connections: 16, sliceMs: 500 });
    for (const { name, pid } of all)
      if (pid !== null) bench.fact(`Memory after load, ${name}`, `${memoryOf(pid).residentMiB.toFixed(0)} MiB`);
  });
  await idleStreams(bench, bench.isFull ? 10_000 : 1_000);
}

const routes = (count: number): unknown[] =>
  Array.from({ length: count }, (_, n) =>
    n % 2 === 0 ? { match: `model-${n}`, targets: ["mock/mock-plain"] } : { match: `prefix-${n}-*`, targets: ["mock"] },
  );

const providers = (count: number): unknown[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `provider-${n}`,
    kind: "openai-compatible",
    base_url: "http://127.0.0.1:9/v1",
    models: [`model-of-${n}`],
  }));

/** The keys are put straight into the database of a gateway that has been started once. */
async function withKeys(bench: Bench, count: number): Promise<System> {
  const first = await startGateway(bench.place, { name: `${count} keys`, keepsHome: true });
  await first.stop();
  const secret = readFileSync(join(first.home, "data", "auth_secret"), "utf8").trim();
  const ledger = new Sqlite(join(first.home, "data", "ledger.db"));
  const columns = ledger.prepare("select * from api_keys limit 1").get() as Record<string, unknown>;
  const names = Object.keys(columns).filter((name) => name !== "id");
  const insert = ledger.prepare(
    `insert into api_keys (${names.join(",")}) values (${names.map((name) => `@${name}`).join(",")})`,
  );
  ledger.transaction(() => {
    for (let n = 0; n < count; n++) {
      const token = `tok_${randomBytes(32).toString("base64url")}`;
      const hash = createHmac("sha256", secret).update(token).digest("hex");
      const own = { key_hash: hash, key_prefix: token.slice(0, 12), name: `key ${n}`, uuid: randomUUID() };
      insert.run({ ...columns, ...own });
    }
  })();
  ledger.close();
  const beganAt = performance.now();
  const again = await startGateway(bench.place, { name: `${count} keys`, home: first.home, key: first.key });
  bench.fact(`Start with ${count} keys`, `${(performance.now() - beganAt).toFixed(0)} ms`);
  return again;
}

async function idleStreams(bench: Bench, count: number): Promise<void> {
  const gateway = await startGateway(bench.place);
  try {
    const pid = gateway.pid ?? 0;
    const before = memoryOf(pid).residentMiB;
    const kind = { wire: "chat", mode: "held", bodyBytes: 2_000 } as const;
    const file = join(bench.place.folder, "held-request");
    writeFileSync(file, requestBytes(kind, gateway.headers(kind)));
    const holding = spawn(bench.native.load, [gateway.port, count, 20_000, file, "hold"].map(String), {
      stdio: "ignore",
    });
    await wait(10_000);
    const began = cpuNs(pid);
    await wait(5_000);
    const idle = (cpuNs(pid) - began) / 5e9;
    const each = ((memoryOf(pid).residentMiB - before) * 1024) / count;
    holding.kill();
    bench.fact(`${count} idle streams`, `${each.toFixed(0)} KiB each, ${(idle * 100).toFixed(1)} % of a core`);
  } finally {
    await gateway.stop();
  }
}
