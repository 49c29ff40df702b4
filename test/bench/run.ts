/**
 * `npm run bench`: what the gateway costs, beside a bare proxy, nginx and those of its peers that npm installs.
 *
 *     npm run bench                           a few minutes: the workloads that the goals are about
 *     npm run bench -- chat streams           only these: chat, streams, bodies, pairs, peers, ledger, recording, start,
 *                                             workers, soak, scale
 *     npm run bench -- --full                 all of them with more rounds; the soak takes an hour
 *     npm run bench -- --docs                 writes docs/performance.md anew
 *     npm run bench -- --json FILE            where the figures go (bench.json in the folder for temporary files otherwise)
 *
 * Linux with a C compiler; nginx where it is installed. Everything stays on loopback and is bounded in time.
 */
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "./report/machine.ts";
import { docsPath, writeReport } from "./report/write-report.ts";
import { type Bench, openBench } from "./rig/bench.ts";
import { builtGateway } from "./rig/systems.ts";
import { bodies } from "./workloads/bodies.ts";
import { chat } from "./workloads/chat.ts";
import { ledger } from "./workloads/ledger.ts";
import { pairs } from "./workloads/pairs.ts";
import { peers } from "./workloads/peers.ts";
import { recording } from "./workloads/recording.ts";
import { scale } from "./workloads/scale.ts";
import { soak } from "./workloads/soak.ts";
import { start } from "./workloads/start.ts";
import { streams } from "./workloads/streams.ts";
import { workers } from "./workloads/workers.ts";

const WORKLOADS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  chat,
  streams,
  bodies,
  start,
  ledger,
  recording,
  pairs,
  peers,
  scale,
  workers,
  soak,
};
const QUICK = ["chat", "streams", "bodies", "start", "ledger", "recording"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: "boolean", default: false },
    docs: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const unknown = positionals.filter((name) => !(name in WORKLOADS));
if (unknown.length > 0) {
  process.stderr.write(`No such workload: ${unknown.join(", ")}. There are ${Object.keys(WORKLOADS).join(", ")}.\n`);
  process.exit(2);
}
if (!existsSync("/proc/self/schedstat") || !existsSync(builtGateway)) {
  process.stderr.write(
    "The bench needs Linux, whose kernel counts the time of each process, and a build (npm run build).\n",
  );
  process.exit(2);
}

const wanted = positionals.length > 0 ? positionals : values.full ? Object.keys(WORKLOADS) : QUICK;
const bench = await openBench(values.full);
const machine = describeMachine();
bench.say(machine.map(({ name, value }) => `${name}: ${value}`).join("\n"));
for (const name of wanted) await WORKLOADS[name]?.(bench);
await bench.close();

bench.say("\nGoals");
for (const { goal, value, atMost, atLeast } of bench.relations) {
  const isReached = value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
  const wish = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  bench.say(`  ${isReached ? "reached    " : "not reached"} ${value.toFixed(2).padStart(8)}  ${goal} (${wish})`);
}
const json = values.json ?? join(tmpdir(), "bench.json");
const { tables, facts, relations } = bench;
const found = { madeAt: new Date().toISOString(), isFull: values.full, machine, tables, facts, relations };
writeFileSync(json, `${JSON.stringify(found, null, 2)}\n`);
bench.say(`\nFigures: ${json}`);
if (values.docs) {
  writeReport(found);
  bench.say(`Report: ${docsPath}`);
}
process.exit(0);
