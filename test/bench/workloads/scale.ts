/** How the cost of a request grows with what there is besides: routes, providers, keys, and streams that say nothing. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { type Bench, withSystems } from "../rig/bench.ts";
import { cpuNs, memoryOf } from "../rig/processes.ts";
import { requestBytes } from "../rig/requests.ts";
import { type GatewayOptions, type System, startGateway, startProxy } from "../rig/systems.ts";

const KEYS = [100, 100_000, 1_000_000];
const IDLE_STREAMS = [1_000, 10_000];
/** Until what a start or an opening leaves is done with. */
const SETTLE_MS = 5_000;
const MEASURED_MS = 10_000;
const WAVE = 200;
/** What the gateway may have closed meanwhile for reasons of its own. */
const SPARE = 5;
const MAX_HOLD_MS = 240_000;

export async function scale(bench: Bench): Promise<void> {
  const many = { routes: 10_000, providers: 1_000 };
  const start = (name: string, options: GatewayOptions = {}): Promise<System> =>
    startGateway(bench.place, { ...options, name });
  // One after the other: what makes the rows of one would stand in the way of the start of the next.
  const keyed: Promise<System>[] = [];
  for (const count of KEYS) keyed.push((keyed.at(-1) ?? Promise.resolve()).then(() => withKeys(bench, count)));
  const systems = [
    start("gateway"),
    start(`${many.routes} routes`, { routes: routes(many.routes) }),
    start(`${many.providers} providers`, { providers: providers(many.providers) }),
    ...keyed,
  ];
  await withSystems(systems, async (all) => {
    const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
    await bench.compare("Scale", all, { kind, connections: 16, sliceMs: 500 });
    for (const { name, pid } of all)
      if (pid !== null) bench.fact(`Memory after load, ${name}`, `${memoryOf(pid).residentMiB.toFixed(0)} MiB`);
  });
  for (const count of IDLE_STREAMS) {
    await idleStreams(bench, count, () => startGateway(bench.place));
    await idleStreams(bench, count, () => startProxy("http-undici", bench.place));
  }
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

/** The keys are put straight into the database of a gateway that has been started once, in one statement. */
async function withKeys(bench: Bench, count: number): Promise<System> {
  const name = `${count} keys`;
  const first = await startGateway(bench.place, { name, keepsHome: true });
  await first.stop();
  const ledger = new Sqlite(join(first.home, "data", "ledger.db"));
  const names = Object.keys(ledger.prepare("select * from api_keys limit 1").get() as object);
  const own: Readonly<Record<string, string>> = {
    key_hash: "lower(hex(randomblob(32)))",
    key_prefix: "'tok_' || substr(lower(hex(randomblob(4))), 1, 8)",
    name: "'key ' || n",
    uuid: "lower(hex(randomblob(16)))",
  };
  const columns = names.filter((column) => column !== "id");
  ledger.exec(
    `with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${count})
     insert into api_keys (${columns.join(", ")})
     select ${columns.map((column) => own[column] ?? `api_keys.${column}`).join(", ")}
     from counted cross join (select * from api_keys limit 1) as api_keys`,
  );
  ledger.close();
  const beganAt = performance.now();
  const again = await startGateway(bench.place, { name, home: first.home, key: first.key });
  bench.fact(`Start with ${count} keys`, `${(performance.now() - beganAt).toFixed(0)} ms`);
  await wait(SETTLE_MS);
  bench.fact(`Memory after the start, ${name}`, `${memoryOf(again.pid ?? 0).residentMiB.toFixed(0)} MiB`);
  return again;
}

/** Streams that have begun and then say nothing: what each holds, and what they cost while they wait. */
async function idleStreams(bench: Bench, wanted: number, start: () => Promise<System>): Promise<void> {
  // Each is two sockets of whoever stands between.
  const count = Math.min(wanted, Math.floor((openFilesLimit() - 200) / 2));
  const system = await start();
  const holding: ChildProcess[] = [];
  try {
    const pid = system.pid ?? 0;
    const [memoryBefore, filesBefore] = [memoryOf(pid).residentMiB, openFiles(pid)];
    const kind = { wire: "chat", mode: "held", bodyBytes: 2_000 } as const;
    const file = join(bench.place.folder, "held-request");
    writeFileSync(file, requestBytes(kind, system.headers(kind)));
    const opened = (): number => Math.floor((openFiles(pid) - filesBefore) / 2);
    const deadline = performance.now() + MAX_HOLD_MS / 2;
    // In waves: those who knock all at once are turned away by the kernel, and come back after seconds.
    for (let held = 0; held < count && performance.now() < deadline; held += WAVE) {
      const wave = Math.min(WAVE, count - held);
      const args = [system.port, wave, MAX_HOLD_MS, file, "hold"].map(String);
      holding.push(spawn(bench.native.load, args, { stdio: "ignore" }));
      while (opened() < held + wave - SPARE && performance.now() < deadline) await wait(20);
    }
    const open = opened();
    await wait(SETTLE_MS);
    const beganAt = performance.now();
    const began = cpuNs(pid);
    await wait(MEASURED_MS);
    const idle = (cpuNs(pid) - began) / ((performance.now() - beganAt) * 1e6);
    const each = ((memoryOf(pid).residentMiB - memoryBefore) * 1024) / open;
    const name = `${open} idle streams, ${system.name}`;
    bench.fact(name, `${each.toFixed(0)} KiB each, ${(idle * 100).toFixed(1)} % of a core`);
  } finally {
    for (const each of holding) each.kill();
    await system.stop();
  }
}

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** The programs that are started have the same limit; Node raises its own to what is allowed. */
function openFilesLimit(): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  return Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? 1_024);
}
