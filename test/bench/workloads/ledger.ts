/** What a record costs from its end to the disk: rows, sums and the chain, in one transaction, synchronous = FULL. */
import { join } from "node:path";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createGroupWriter } from "../../../src-gateway/store/group-writer.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";
import { completedRecord } from "../../support/exchange-records.ts";
import type { Bench } from "../rig/bench.ts";
import { quantile } from "../rig/rounds.ts";

const FIRST_ID = 1_790_000_000_000_000;

/** Many more rows are the business of `test/bench/ledger.ts`, which takes their number and asks the dashboard's questions. */
export async function ledger(bench: Bench): Promise<void> {
  const store = await openStore({ url: join(bench.place.folder, "ledger.db"), log: silentLogger });
  const groups = createGroupWriter(store, () => Promise.reject(new Error("a record was refused")));
  const total = bench.isFull ? 1_000_000 : 40_000;
  let id = FIRST_ID;
  try {
    for (const size of [8, 64]) {
      const costs: number[] = [];
      const waits: number[] = [];
      for (let written = 0; written < total / 2; written += size) {
        const group = Array.from({ length: size }, () => ({ instanceId: 1, record: completedRecord((id += 997)) }));
        const [before, beganAt] = [process.cpuUsage(), performance.now()];
        await groups.write(group, () => {});
        const { user, system } = process.cpuUsage(before);
        costs.push((user + system) / size);
        waits.push(performance.now() - beganAt);
      }
      // The first tenth is what the compiler of the engine learns on.
      const settled = costs.slice(Math.floor(costs.length / 10));
      bench.fact(
        `Ledger, groups of ${size}`,
        `${quantile(settled, 0.5).toFixed(1)} us CPU per row, ${quantile(waits, 0.5).toFixed(2)} ms per group (p99 ${quantile(waits, 0.99).toFixed(1)} ms)`,
      );
    }
    bench.fact("Ledger, rows written", String((id - FIRST_ID) / 997));
  } finally {
    await store.close();
  }
}
