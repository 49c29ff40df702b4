/** A long time under load: memory stays where it is, and the ledger has a row for each answer, exactly. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import Sqlite from "better-sqlite3";
import type { Bench } from "../rig/bench.ts";
import { memoryOf } from "../rig/processes.ts";
import { requestBytes } from "../rig/requests.ts";
import { startGateway } from "../rig/systems.ts";

const run = promisify(execFile);
const SLICE_MS = 5_000;

/** Of the client: what it was answered, and how what was not answered ended. */
interface Report {
  answered: number;
  bad: number;
}

interface Other {
  times: number;
  outcome: string;
  status: number | null;
  error_code: string | null;
  error_message: string | null;
}
const OTHERS =
  "select count(*) as times, outcome, status, error_code, min(error_message) as error_message from exchanges " +
  "where outcome <> 'completed' group by outcome, status, error_code";

/** @param minutes one, or sixty in a full run. */
export async function soak(bench: Bench, minutes = bench.isFull ? 60 : 1): Promise<void> {
  const gateway = await startGateway(bench.place);
  try {
    const file = join(bench.place.folder, "soak-request");
    const kinds = (["plain", "burst"] as const).map((mode) => ({ wire: "chat", mode, bodyBytes: 4_000 }) as const);
    const memory: number[] = [];
    let answered = 0;
    let bad = 0;
    for (const until = performance.now() + minutes * 60_000; performance.now() < until; ) {
      for (const kind of kinds) {
        writeFileSync(file, requestBytes(kind, gateway.headers(kind)));
        const { stdout } = await run(bench.native.load, [String(gateway.port), "16", String(SLICE_MS), file]);
        const report = JSON.parse(stdout) as Report;
        answered += report.answered;
        bad += report.bad;
        if (report.bad > 0) bench.fact(`Not answered, in slice ${memory.length} of ${kind.mode}`, stdout.trim());
      }
      memory.push(memoryOf(gateway.pid ?? 0).residentMiB);
    }
    await wait(1_000);
    const ledger = new Sqlite(join(gateway.home, "data", "ledger.db"), { readonly: true });
    const row = ledger.prepare("select count(*) as rows from exchange_rows where outcome = 'completed'").get();
    const others = ledger.prepare(OTHERS).all() as Other[];
    ledger.close();
    const { rows } = row as { rows: number };
    const half = memory.slice(Math.floor(memory.length / 2));
    const growth = (half.at(-1) ?? 0) / Math.max(1, half[0] ?? 0);
    bench.fact(`Soak of ${minutes} min`, `${answered} answered, ${bad} bad, ${rows} rows in the ledger`);
    // What the client took for no answer has to be told by somebody.
    for (const { times, ...other } of others)
      bench.fact("Not completed, by the ledger", `${times}: ${JSON.stringify(other)}`);
    bench.fact("Memory along the soak", `${memory.map((each) => each.toFixed(0)).join(", ")} MiB`);
    bench.relate({
      goal: `soak of ${minutes} min: answers without a row in the ledger`,
      value: answered - rows,
      atMost: 0,
    });
    bench.relate({
      goal: `soak of ${minutes} min: memory at the end, to that after half the time`,
      value: growth,
      atMost: 1.1,
    });
  } finally {
    await gateway.stop();
  }
}
