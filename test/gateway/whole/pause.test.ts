/** A gateway that is paused by a person: nothing new is taken, what is under way goes on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import { callLane, endingConfig } from "../../support/ending-lanes.ts";
import { endStream, held, hold } from "../../support/ending-table.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { rootClient } from "../admin-api/admin-client.ts";

const LANES = WIRE_PROTOCOLS.map((wire) => ({ client: wire, provider: wire, name: wire }));

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  gateway = await startTestGateway({ config: endingConfig(provider.url), env: { ENDING_KEY: "sk-ending" } });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

describe("a gateway that is paused", () => {
  it("turns new requests away in each client's words, and lets open streams end", async () => {
    const root = rootClient(gateway);
    provider.respond = hold;
    const open = LANES.map((lane) => callLane(gateway, lane, { session: `open ${lane.name}`, stream: true }));
    await Promise.all(open.map((call) => call.until("half")));
    provider.respond = endStream;

    expect(await root.call("pauseGateway")).toEqual({ paused: true });
    expect((await root.call("getStatus")).paused).toBe(true);
    const asked = provider.requests.length;
    for (const lane of LANES) {
      const { status, text } = await callLane(gateway, lane, { session: "new", stream: true }).over;
      expect([status, text]).toEqual([503, expect.stringContaining("The gateway is paused")]);
    }
    expect(provider.requests).toHaveLength(asked);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    for (const goOn of held.splice(0)) goOn();
    expect((await Promise.all(open.map(({ over }) => over))).map(({ end }) => end)).toEqual(LANES.map(() => "whole"));

    expect(await root.call("resumeGateway")).toEqual({ paused: false });
    expect((await root.call("getStatus")).paused).toBe(false);
    const after = await Promise.all(
      LANES.map((lane) => callLane(gateway, lane, { session: "after", stream: true }).over),
    );
    expect(after.map(({ status }) => status)).toEqual(LANES.map(() => 200));
  });

  it("keeps who paused and who resumed", async () => {
    const { items } = await rootClient(gateway).call("listActs", { query: { limit: 10 } });
    expect(items.map(({ action, before, after }) => ({ action, before, after }))).toEqual(
      expect.arrayContaining([
        { action: "gateway.pause", before: { paused: false }, after: { paused: true } },
        { action: "gateway.resume", before: { paused: true }, after: { paused: false } },
      ]),
    );
  });

  it("still looks who asks, before it says that it is paused", async () => {
    const root = rootClient(gateway);
    await root.call("pauseGateway");
    const [lane] = LANES;
    const { status } = await callLane({ url: gateway.url, key: "tok_wrong" }, lane!, { session: "x", stream: false })
      .over;
    expect(status).toBe(401);
    await root.call("resumeGateway");
  });
});
