/** A gateway on a disk without room: what is new is refused, what is under way is kept, and it goes on by itself. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import { callLane, type EndingClient, endingConfig } from "../../support/ending-lanes.ts";
import { endStream, held, hold } from "../../support/ending-table.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { mountSmallDisk, type SmallDisk } from "../../support/small-disk.ts";

const probe = mountSmallDisk(1);
if ("skipped" in probe) process.stderr.write(`Tests on a small disk are skipped: ${probe.skipped}\n`);
else probe.remove();

let provider: RawProvider;
beforeAll(async () => {
  provider = await startRawProvider();
});
afterAll(() => provider.stop());

const LANES = WIRE_PROTOCOLS.map((wire) => ({ client: wire, provider: wire, name: wire }));

describe.skipIf("skipped" in probe)("a gateway on a disk that is full (needs a mount)", () => {
  let disk: SmallDisk;
  let gateway: TestGateway | null = null;

  beforeEach(() => {
    const mounted = mountSmallDisk(32);
    if ("skipped" in mounted) throw new Error(mounted.skipped);
    disk = mounted;
    held.length = 0;
  });
  afterEach(async () => {
    disk.free();
    await gateway?.stop();
    gateway = null;
    disk.remove();
  });

  const start = async (minFreeBytes = 0): Promise<TestGateway> => {
    gateway = await startTestGateway({
      dataDir: disk.folder,
      config: endingConfig(provider.url),
      env: { TOKLIGENCE_MIN_FREE_DISK_BYTES: String(minFreeBytes), ENDING_KEY: "sk-ending" },
    });
    // Space for what is under way is put aside in the first moments.
    await expect.poll(() => existsSync(join(disk.folder, "reserved-space")), { timeout: 10_000 }).toBe(true);
    return gateway;
  };
  let calls = 0;
  const askAll = (to: { url: string; key: string }): Promise<EndingClient[]> =>
    Promise.all(LANES.map((lane) => callLane(to, lane, { session: `call ${++calls}`, stream: true }).over));
  const statuses = async (to: { url: string; key: string }): Promise<(number | null)[]> =>
    (await askAll(to)).map(({ status }) => status);
  const healthOf = async ({ url }: { url: string }): Promise<unknown[]> => {
    const reply = await fetch(`${url}/health`);
    return [reply.status, await reply.json()];
  };
  /** Answers that have begun, and end when the test says so. */
  const begin = async (to: { url: string; key: string }, session: string) => {
    provider.respond = hold;
    const begun = LANES.map((lane) => callLane(to, lane, { session: `${session} ${lane.name}`, stream: true }));
    await Promise.all(begun.map((call) => call.until("half")));
    provider.respond = endStream;
    return async (): Promise<string[]> => {
      for (const goOn of held.splice(0)) goOn();
      return (await Promise.all(begun.map(({ over }) => over))).map(({ end }) => end);
    };
  };
  const sessionsLike = (text: string) => (exchange: { session: string | null }) =>
    exchange.session?.startsWith(text) === true;

  it("says so in each client's words, ends and keeps what is under way, and goes on when there is room", async () => {
    const { url, key, exchanges } = await start();
    const end = await begin({ url, key }, "under way");
    disk.fill();
    await expect.poll(() => statuses({ url, key }), { timeout: 10_000 }).toEqual(LANES.map(() => 503));
    for (const { status, text } of await askAll({ url, key })) {
      expect([status, text]).toEqual([503, expect.stringMatching(/disk.*Free space/)]);
    }
    const [openAi] = await askAll({ url, key });
    expect(JSON.parse(openAi?.text ?? "")).toMatchObject({ error: { code: "disk_full", type: "server_error" } });
    expect(await healthOf({ url })).toEqual([503, expect.objectContaining({ status: "disk full" })]);
    expect(await end()).toEqual(LANES.map(() => "whole"));
    disk.free();
    await expect.poll(() => statuses({ url, key }), { timeout: 10_000 }).toEqual(LANES.map(() => 200));
    const kept = await exchanges(LANES.length, sessionsLike("under way"));
    expect(kept).toHaveLength(LANES.length);
    for (const { outcome, usage } of kept) expect([outcome, usage.inputUncached]).toEqual(["completed", 5]);
    expect(await healthOf({ url })).toEqual([200, expect.objectContaining({ status: "ok" })]);
  }, 60_000);

  it("keeps what ended without room over its own end, in space that it had put aside", async () => {
    const first = await start();
    const end = await begin(first, "at the end");
    disk.fill();
    await expect.poll(() => statuses(first), { timeout: 10_000 }).toEqual(LANES.map(() => 503));
    expect(await end()).toEqual(LANES.map(() => "whole"));
    await first.stop();
    disk.free();
    const { key } = first;
    const second = await start();
    const reply = await fetch(`${second.url}/api/v1/exchanges?limit=1000`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const found = ((await reply.json()) as { session: string | null; outcome: string }[]).filter(
      sessionsLike("at the end"),
    );
    expect(found.map(({ outcome }) => outcome)).toEqual(LANES.map(() => "completed"));
  }, 60_000);

  it("refuses before the disk is full, when so little is free as was said", async () => {
    // Never more than a twentieth of so small a disk.
    const { url, key } = await start(1_000_000_000);
    provider.respond = endStream;
    expect(await statuses({ url, key })).toEqual(LANES.map(() => 200));
    disk.fill(1_000_000);
    await expect
      .poll(() => healthOf({ url }), { timeout: 10_000 })
      .toEqual([503, expect.objectContaining({ status: "disk full", disk: expect.stringMatching(/MB left/) })]);
    expect(await statuses({ url, key })).toEqual(LANES.map(() => 503));
    disk.free();
    await expect.poll(() => statuses({ url, key }), { timeout: 10_000 }).toEqual(LANES.map(() => 200));
  }, 60_000);
});
