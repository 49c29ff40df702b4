import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endingConfig } from "../../support/ending-lanes.ts";
import { endStream } from "../../support/ending-table.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { askOnAndOn, percentile } from "../../support/request-times.ts";
import { holdWriteLock } from "../../support/write-lock.ts";

/** The figure itself is what `test/bench/write-lock.ts` measures, on a machine that does nothing else. */
const MAX_MORE_MS = 100;
const HELD_MS = 10_000;
const FREE_MS = 4_000;

const folder = mkdtempSync(join(tmpdir(), "tokligence-write-lock-"));
let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  provider.respond = endStream;
  gateway = await startTestGateway({ dataDir: folder, config: endingConfig(provider.url) });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("does not feel that another process holds the database for ten seconds, and writes everything after it", {
  timeout: 60_000,
  retry: 1,
}, async () => {
  const asking = askOnAndOn({ ...gateway, model: "openai-chat" }, 4);
  let asked = (await asking.during(1_000)).length;
  const during = async (ms: number): Promise<number[]> => {
    const times = await asking.during(ms);
    asked += times.length;
    return times;
  };
  const before = await during(FREE_MS);
  const letGo = await holdWriteLock(join(folder, "ledger.db"));
  const held = await during(HELD_MS);
  await letGo();
  const after = await during(FREE_MS);
  await asking.stop();
  asked += asking.take().length;
  expect(held.length).toBeGreaterThan(100);
  const freeMs = Math.max(percentile(before, 0.99), percentile(after, 0.99));
  expect(percentile(held, 0.99)).toBeLessThan(freeMs + MAX_MORE_MS);
  const headers = { authorization: `Bearer ${gateway.key}` };
  const summary = async (): Promise<number> =>
    ((await (await fetch(`${gateway.url}/api/v1/usage/summary`, { headers })).json()) as { requests: number }).requests;
  await expect.poll(summary, { timeout: 15_000 }).toBeGreaterThanOrEqual(asked);
});
