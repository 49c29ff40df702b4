/** From the start of a process to the moment it serves, and what it holds while nothing happens. */
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "../rig/bench.ts";
import { memoryOf, type Program, startProgram } from "../rig/processes.ts";
import { quantile } from "../rig/rounds.ts";
import { builtGateway } from "../rig/systems.ts";

const EMPTY = 'process.stdout.write("ready\\n")';
const SERVER =
  'require("node:http").createServer((q,s)=>s.end("ok")).listen(0,"127.0.0.1",()=>process.stdout.write("ready\\n"))';

export async function start(bench: Bench): Promise<void> {
  const home = mkdtempSync(join(bench.place.folder, "start-"));
  const gateway = [builtGateway, "--port", "0", "--data-dir", join(home, "data")];
  const env = { TOKLIGENCE_LOG_FILE: join(home, "gateway.log"), TOKLIGENCE_UPDATE_CHECK_ENABLED: "false" };
  const open = (args: string[]): Promise<Program> =>
    startProgram(process.execPath, args, { ready: /^ready/m, env, cwd: home });
  // The first start makes the database.
  await (await open(gateway)).stop();
  const times: Record<string, number[]> = { empty: [], server: [], gateway: [] };
  for (let round = 0; round < (bench.isFull ? 25 : 9); round++) {
    times["empty"]?.push(await untilSaid(["-e", EMPTY]));
    for (const [name, args] of [
      ["server", ["-e", SERVER]],
      ["gateway", gateway],
    ] as const) {
      const beganAt = performance.now();
      const program = await open([...args]);
      times[name]?.push(performance.now() - beganAt);
      await program.stop();
    }
  }
  const median = (name: string): number => quantile(times[name] ?? [], 0.5);
  for (const name of ["empty", "server", "gateway"])
    bench.fact(`Ready to serve, ${WORDS[name]}`, `${median(name).toFixed(0)} ms`);
  bench.relate({
    goal: "ready to serve, to an empty Node script",
    value: median("gateway") / median("empty"),
    atMost: 2,
  });
  // One start in a few holds some MiB more, by when a collection happened to come.
  const memory = async (args: string[]): Promise<number> => {
    const found: number[] = [];
    for (let round = 0; round < 5; round++) {
      const program = await open(args);
      await wait(3_000);
      found.push(memoryOf(program.pid).residentMiB);
      await program.stop();
    }
    return quantile(found, 0.5);
  };
  const [own, bare] = [await memory(gateway), await memory(["-e", SERVER])];
  bench.fact("Idle memory, gateway", `${own.toFixed(0)} MiB`);
  bench.fact("Idle memory, a bare node:http server", `${bare.toFixed(0)} MiB`);
  bench.relate({ goal: "idle memory to a bare node:http server", value: own / bare, atMost: 1.5 });
}

const WORDS: Record<string, string> = {
  empty: "an empty Node script",
  server: "a bare node:http server",
  gateway: "the gateway",
};

function untilSaid(args: string[]): Promise<number> {
  const beganAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    child.once("error", reject);
    child.stdout.once("data", () => resolve(performance.now() - beganAt));
  });
}
