/** The daily question in a whole gateway: that it is off when it is told to be, and what people see of its answers. */
import { existsSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { UpdateView } from "../../../src-gateway/admin-api/contract/notice-endpoints.ts";
import { describeStart } from "../../../src-gateway/start-message.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";

let connections = 0;
let url = "";
const server = net.createServer((socket) => {
  connections++;
  socket.on("error", () => {});
  socket.destroy();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const updatesOf = async (gateway: TestGateway): Promise<UpdateView> =>
  (await (
    await fetch(`${gateway.url}/api/v1/updates`, { headers: { authorization: `Bearer ${gateway.key}` } })
  ).json()) as UpdateView;

/** Starts it, lets the first minute go by on its timers, and stops it. */
async function liveThroughAMinute(
  env: Record<string, string>,
): Promise<{ asked: number; updates: UpdateView; hasId: boolean }> {
  connections = 0;
  const timers: { run: () => void; ms: number }[] = [];
  const real = globalThis.setTimeout;
  const spy = vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, ms = 0, ...rest: []) => {
    if (ms > 30_000) timers.push({ run, ms });
    return real(run, ms, ...rest);
  });
  const gateway = await startTestGateway({ env });
  const updates = await updatesOf(gateway);
  // The first question is due a minute after the start, give or take a tenth.
  for (const { run, ms } of timers) if (ms >= 54_000 && ms <= 66_000) run();
  if (updates.isAsked) await until(() => connections > 0);
  spy.mockRestore();
  const hasId = existsSync(join(gateway.dataDir, "install_id"));
  await gateway.stop();
  return { asked: connections, updates, hasId };
}

describe("the question after new versions", () => {
  it("is asked where there is somebody to ask", async () => {
    const { asked, updates, hasId } = await liveThroughAMinute({ TOKLIGENCE_BASE_URL: url });
    expect(asked).toBe(1);
    expect(updates).toMatchObject({ isAsked: true, baseUrl: url, offBecause: null, updateAvailable: false });
    expect(hasId).toBe(true);
  });

  it.each([
    ["TOKLIGENCE_UPDATE_CHECK_ENABLED", "false", "update_check_enabled is false"],
    ["TOKLIGENCE_TELEMETRY_ENABLED", "off", "telemetry_enabled is false"],
    ["TOKLIGENCE_MARKETPLACE_ENABLED", "0", "marketplace_enabled is false"],
    ["DO_NOT_TRACK", "1", "DO_NOT_TRACK is set"],
  ])("is not asked when %s is %s, and no id is made", async (name, value, offBecause) => {
    const { asked, updates, hasId } = await liveThroughAMinute({ TOKLIGENCE_BASE_URL: url, [name]: value });
    expect({ asked, hasId }).toEqual({ asked: 0, hasId: false });
    expect(updates).toMatchObject({ isAsked: false, baseUrl: null, offBecause });
  });

  it("is not asked while nobody has said whom to ask", async () => {
    const { updates, hasId } = await liveThroughAMinute({});
    expect(updates).toMatchObject({ isAsked: false, offBecause: "base_url is not set" });
    expect(hasId).toBe(false);
  });

  it("is announced at the start, with how to stop it", () => {
    const info = { version: "1", url: "u", consoleUrl: "c", dataDir: "d", clientKey: null, providers: [], notices: [] };
    const on = describeStart({
      ...info,
      updates: { baseUrl: "https://market.example", offBecause: null, isUnwanted: false },
    });
    expect(on).toContain("https://market.example is asked once a day");
    expect(on).toContain("update_check_enabled = false stops it");
    const off = describeStart({
      ...info,
      updates: { baseUrl: null, offBecause: "base_url is not set", isUnwanted: false },
    });
    expect(off).toContain("nobody is asked (base_url is not set)");
  });
});
