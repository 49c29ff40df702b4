import { randomBytes } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { createLiveReader } from "../../../src-gateway/admin-api/contract/live-exchanges.ts";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { ask, newUser } from "../admin-api/admin-client.ts";

const SHARED = { TOKLIGENCE_AUTH_SECRET: randomBytes(32).toString("base64") };

let stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

async function replica(ledgerUrl: string): Promise<TestGateway> {
  const gateway = await startTestGateway({ ledgerUrl, env: SHARED });
  stops.push(() => gateway.stop());
  return gateway;
}

/** Gathers what is told from here on. */
async function follow({ url }: TestGateway, token: string): Promise<ExchangeView[]> {
  const stop = new AbortController();
  stops.push(() => stop.abort());
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await fetch(`${url}/api/v1/exchanges/live`, { headers, signal: stop.signal });
  const told: ExchangeView[] = [];
  const reader = createLiveReader();
  const read = async (): Promise<void> => {
    for await (const text of body!.pipeThrough(new TextDecoderStream())) told.push(...reader.push(text));
  };
  read().catch(() => {});
  return told;
}

const soon = { timeout: 10_000, interval: 20 };
const idsOf = (rows: readonly ExchangeView[]): string[] => rows.map(({ requestId }) => requestId);

describeOnPostgres("gateways on one database", (database) => {
  it("tell each other's exchanges live, each once and to those who may know, whenever they were started", async () => {
    const one = await replica(database.url);
    const ann = await newUser(one, "ann@example.com", "gateway_user");
    const two = await replica(database.url);
    const idOf = async (gateway: TestGateway, token: string): Promise<string> =>
      (await ask(gateway, token)).headers.get("x-request-id") ?? "";
    for (const gateway of [one, two]) await one.recordOf(await ask(gateway, one.key));
    const [all, own] = [await follow(one, one.key), await follow(one, ann.token)];
    const wanted = [await idOf(two, one.key), await idOf(one, one.key), await idOf(two, one.key)];
    await expect.poll(() => idsOf(all).toSorted(), soon).toEqual(wanted.toSorted());
    const three = await replica(database.url);
    const more = [await idOf(three, one.key), await idOf(two, ann.token), await idOf(three, one.key)];
    await expect.poll(() => idsOf(all).toSorted(), soon).toEqual([...wanted, ...more].toSorted());
    await three.stop();
    const last = await idOf(two, ann.token);
    await expect.poll(() => idsOf(own), soon).toEqual([more[1], last]);
    expect(idsOf(all).toSorted()).toEqual([...wanted, ...more, last].toSorted());
    // As they are told by whoever answered them.
    const [told] = all.filter(({ requestId }) => requestId === last);
    expect(told).toEqual(await one.recordOf({ headers: new Headers({ "x-request-id": last }) }));
  });
});
