/**
 * What the desktop app's main process costs while nobody asks it anything: the compiled app with its gateway in a Node of its
 * own, Electron's stand-in around it. `npm run build`, then `node test/bench/desktop.ts [starts] [idle seconds]`; prints
 * milliseconds, MiB and percent of one core.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { percentile } from "../support/request-times.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const starts = Number(process.argv[2] ?? 7);
const idleSeconds = Number(process.argv[3] ?? 60);
/** Until what a start leaves behind is done: first questions, the one for a new version after a minute, and their garbage. */
const SETTLE_MS = 75_000;
const MIB = 1024 * 1024;

interface Usage {
  cpu: NodeJS.CpuUsage;
  memory: NodeJS.MemoryUsage;
}
interface Running {
  child: ChildProcess;
  startMs: number;
  ask<Value>(name: string): Promise<Value>;
  end(): Promise<void>;
}

const home = mkdtempSync(join(tmpdir(), "desktop-bench-"));
mkdirSync(join(home, "bin"));
writeFileSync(join(home, "bin/gdbus"), "#!/bin/sh\necho '(true,)'\n", { mode: 0o755 });

/** From the start of the process to a window that has an address: by then the gateway listens. */
async function start(): Promise<Running> {
  const began = performance.now();
  const child = fork(at("test/e2e/desktop-process.ts"), [at("dist/main/index.js")], {
    cwd: home,
    env: {
      PATH: `${join(home, "bin")}${delimiter}${process.env["PATH"]}`,
      HOME: home,
      DESKTOP_USER_DATA: home,
      TOKLIGENCE_DATA_DIR: join(home, "data"),
      TOKLIGENCE_FACADE_PORT: "0",
      TOKLIGENCE_LOG_LEVEL: "silent",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let last = 0;
  const ask = async <Value>(name: string): Promise<Value> => {
    const id = ++last;
    child.send({ id, name, args: [] });
    for (;;) {
      const [message] = (await once(child, "message")) as [{ id?: number; value: Value }];
      if (message.id === id) return message.value;
    }
  };
  while ((await ask<{ windows: unknown[] }>("state")).windows.length === 0) await wait(5);
  const startMs = performance.now() - began;
  return {
    child,
    startMs,
    ask,
    async end() {
      const ended = once(child, "exit");
      child.send({ id: 0, name: "quit", args: [] });
      await ended;
    },
  };
}

const times: number[] = [];
for (let turn = 0; turn < starts; turn++) {
  const running = await start();
  // The first makes the database, too: it is told apart.
  if (turn > 0) times.push(running.startMs);
  else process.stdout.write(`first start, with a new database: ${Math.round(running.startMs)} ms\n`);
  await running.end();
}
const startWords = [0.5, 0.9].map((share) => `p${share * 100} ${Math.round(percentile(times, share))} ms`).join(", ");
process.stdout.write(`start, ${times.length} times: ${startWords}\n`);

const running = await start();
await wait(SETTLE_MS);
const before = await running.ask<Usage>("usage");
await wait(idleSeconds * 1_000);
const after = await running.ask<Usage>("usage");
await running.end();
rmSync(home, { recursive: true, force: true });

const busyUs = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
const { rss, heapUsed, external } = after.memory;
process.stdout.write(`idle CPU over ${idleSeconds} s: ${(busyUs / 1e4 / idleSeconds).toFixed(2)} % of one core\n`);
process.stdout.write(
  `memory: ${Math.round(rss / MIB)} MiB resident, ${Math.round(heapUsed / MIB)} MiB heap, ${Math.round(external / MIB)} MiB beside it\n`,
);
