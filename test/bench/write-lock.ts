/**
 * What requests feel of another process that holds the write lock of the ledger for ten seconds: streams through a whole
 * gateway, on sockets, while it is held and while it is not, in turns. Run with `node test/bench/write-lock.ts [rounds]`;
 * prints milliseconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { endingConfig } from "../support/ending-lanes.ts";
import { endStream } from "../support/ending-table.ts";
import { startRawProvider } from "../support/raw-provider.ts";
import { askOnAndOn, percentile } from "../support/request-times.ts";
import { holdWriteLock } from "../support/write-lock.ts";

Object.assign(globalThis, { __VERSION__: "bench" });
const { startTestGateway } = await import("../support/gateway.ts");

const rounds = Number(process.argv[2] ?? 3);
const HELD_MS = 10_000;
const CLIENTS = 2;

const folder = mkdtempSync(join(tmpdir(), "write-lock-bench-"));
const provider = await startRawProvider();
provider.respond = endStream;
const gateway = await startTestGateway({ dataDir: folder, config: endingConfig(provider.url) });
const asking = askOnAndOn({ ...gateway, model: "openai-chat" }, CLIENTS);
await wait(3_000);
asking.take();

const free: number[] = [];
const held: number[] = [];
const during = async (into: number[]): Promise<void> => {
  provider.requests.length = 0;
  await wait(HELD_MS);
  into.push(...asking.take());
};
for (let round = 0; round < rounds; round++) {
  await during(free);
  const letGo = await holdWriteLock(join(folder, "ledger.db"));
  // Starting and ending the other process takes its share of the machine.
  asking.take();
  await during(held);
  await letGo();
  await wait(2_000);
  asking.take();
}
await asking.stop();
await gateway.stop();
await provider.stop();
rmSync(folder, { recursive: true, force: true });

for (const [name, times] of Object.entries({ free, held })) {
  const [half, most] = [percentile(times, 0.5), percentile(times, 0.99)].map((value) => value.toFixed(2));
  console.log(`${name}: ${times.length} requests, half within ${half} ms, 99 of 100 within ${most} ms`);
}
