/**
 * Every way in which an exchange can end, over every client protocol and every provider wire: exactly one settled record,
 * with the usage that the provider reported and no other, and a cost only where there is usage.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { fromRow } from "../../../src-gateway/store/exchange-rows.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";
import { type Daemon, newFolder, type Ready, startDaemon } from "../../support/daemon.ts";
import {
  callLane,
  ENDING_LANES,
  type EndingCall,
  type EndingLane,
  endingConfig,
  SPEECH,
} from "../../support/ending-lanes.ts";
import {
  ENDINGS,
  type Ending,
  endStream,
  held,
  hold,
  settledAs,
  settlementOf,
  TIMEOUTS,
} from "../../support/ending-table.ts";
import { expectBooksInOrder } from "../../support/expect-books.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const SETTINGS = { TOKLIGENCE_MAX_ATTEMPTS: "1", TOKLIGENCE_CIRCUIT_FAILURES: "0", ENDING_KEY: "sk-ending" };

interface House {
  gateway: TestGateway;
  folder: string;
  /** Every exchange that was begun in it. */
  sessions: Set<string>;
}

let provider: RawProvider;
const houses: House[] = [];

async function openHouse(env: Record<string, string>): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "tokligence-endings-"));
  const gateway = await startTestGateway({
    dataDir: folder,
    env: { ...SETTINGS, ...env },
    config: endingConfig(provider.url),
  });
  const house = { gateway, folder, sessions: new Set<string>() };
  houses.push(house);
  return house;
}

beforeAll(async () => {
  provider = await startRawProvider();
});
afterAll(async () => {
  await provider.stop();
  for (const { folder } of houses) rmSync(folder, { recursive: true, force: true });
});

const byLane = <Value>(values: readonly Value[]): Record<string, Value | undefined> =>
  Object.fromEntries(ENDING_LANES.map(({ name }, n) => [name, values[n]]));

const sessionOf = ({ name }: EndingLane, ending: string): string => `${name}: ${ending}`;

function call(house: House, lane: EndingLane, ending: string, stream = true): EndingCall {
  const session = sessionOf(lane, ending);
  house.sessions.add(session);
  return callLane(house.gateway, lane, { session, stream });
}

async function recordsOf(house: House, ending: string): Promise<ExchangeView[]> {
  const sessions = ENDING_LANES.map((lane) => sessionOf(lane, ending));
  const records = await house.gateway.exchanges(sessions.length, ({ session }) => sessions.includes(session ?? ""));
  return sessions.flatMap((session) => records.filter((record) => record.session === session));
}

/** Lets all lanes end so, and says what became of it: in the books, at the provider, and for the clients. */
async function runEnding(house: House, ending: Ending) {
  held.length = 0;
  const before = provider.requests.length;
  provider.respond = ending.respond;
  const calls = ENDING_LANES.map((lane) => call(house, lane, ending.name, ending.stream));
  if (ending.leaves === "midstream") await Promise.all(calls.map((each) => each.until("half")));
  if (ending.leaves) {
    await vi.waitUntil(() => held.length === calls.length, { timeout: 10_000 });
    for (const each of calls) each.leave();
    if (ending.drains) for (const goOn of held) goOn();
    else await Promise.all(provider.requests.slice(before).map(({ aborted }) => aborted));
  }
  const clients = await Promise.all(calls.map(({ over }) => over));
  const records = await recordsOf(house, ending.name);
  return {
    settlements: byLane(records.map(settlementOf)),
    asked: provider.requests.length - before,
    clients: byLane(clients.map(({ end }) => end)),
  };
}

/** Gemini's clients are told of what breaks off, the others see it. */
const seenBy = ({ client: wire }: EndingLane, { client }: Ending): string =>
  wire === "gemini-content" && client === "broken" ? "whole" : (client ?? "left");

/** What is on disk of every lane, with the gateway gone. */
async function rowsOf(house: House): Promise<Record<string, unknown>> {
  const store = await openStore({ url: join(house.folder, "ledger.db"), log: recordingLogger() });
  const rows = await store.db.selectFrom("exchanges").selectAll().execute();
  await store.close();
  const records = rows.map(fromRow);
  return byLane(
    ENDING_LANES.map(({ name }) => {
      const found = records.find(({ session }) => session?.startsWith(`${name}: `));
      return found && settlementOf(found);
    }),
  );
}

describe.each([
  ["that stops its provider when the client left", {}, ENDINGS.filter(({ drains }) => !drains)],
  [
    "that reads on",
    { TOKLIGENCE_ON_CLIENT_ABORT: "drain" },
    ENDINGS.filter(({ drains, leaves }) => drains || leaves !== "midstream"),
  ],
  ["that waits for little", { TOKLIGENCE_FIRST_BYTE_TIMEOUT_MS: "1000", TOKLIGENCE_IDLE_TIMEOUT_MS: "1000" }, TIMEOUTS],
])("every exchange of a gateway %s", (_name, env, endings) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(env);
  });

  it.each(endings)("is settled once, with what is known: $name", { timeout: 60_000 }, async (ending) => {
    expect(await runEnding(house, ending)).toEqual({
      settlements: byLane(ENDING_LANES.map((lane) => settledAs(ending, lane.provider))),
      asked: ENDING_LANES.length,
      clients: byLane(ENDING_LANES.map((lane) => seenBy(lane, ending))),
    });
  });

  it("stands in books that agree with each other", async () => {
    const { gateway } = house;
    const headers = { authorization: `Bearer ${gateway.key}` };
    const records = await gateway.exchanges(house.sessions.size);
    const summary = (await (
      await fetch(`${gateway.url}/api/v1/usage/summary`, { headers })
    ).json()) as ReplyOf<"usageSummary">;
    expect(summary).toMatchObject({
      requests: records.length,
      costNano: records.reduce((sum, { cost }) => sum + (cost?.nano ?? 0), 0),
      usage: {
        inputUncached: records.reduce((sum, { usage }) => sum + usage.inputUncached, 0),
        output: records.reduce((sum, { usage }) => sum + usage.output, 0),
      },
    });
    await gateway.stop();
    await expectBooksInOrder(join(house.folder, "ledger.db"), house.sessions);
  });
});

describe("a provider that failed after it had reported usage", () => {
  it("is paid for that, and not for what the next one was asked", async () => {
    const { first, second, ...config } = failoverConfig();
    const folder = mkdtempSync(join(tmpdir(), "tokligence-endings-"));
    const gateway = await startTestGateway({ dataDir: folder, env: SETTINGS_OF_FAILOVER, config });
    const house = { gateway, folder, sessions: new Set<string>() };
    houses.push(house);
    provider.respond = (request, reply) => {
      if (request.path.startsWith("/first")) {
        reply.writeHead(200, { "content-type": "text/event-stream" });
        reply.write(SPEECH[first].start.slice(0, SPEECH[first].start.indexOf("event: content_block_start")), () =>
          reply.socket?.destroy(),
        );
      } else reply.writeHead(200, { "content-type": "text/event-stream" }).end(WITHOUT_USAGE);
    };
    house.sessions.add("failover");
    const lane = { client: first, provider: first, name: "failover" };
    const client = await callLane(gateway, lane, { session: "failover", stream: true, model: "both" }).over;
    expect(client).toMatchObject({ status: 200, end: "whole" });
    const [record] = await gateway.exchanges(1);
    // Of the second nobody knows what it used; the first bills five tokens of input and one of output.
    expect(record).toMatchObject({
      provider: second,
      outcome: "completed",
      usageSource: "none",
      cost: { nano: 7_000 },
    });
    expect(record?.usage).toMatchObject({ inputUncached: 0, output: 0 });
    expect(record?.attempts).toMatchObject([
      {
        provider: "first",
        errorCode: "provider_cut",
        used: { usage: { inputUncached: 5, output: 1 }, cost: { nano: 7_000 } },
      },
      { provider: second },
    ]);
    expect(record?.attempts[1]).not.toHaveProperty("used");
    await gateway.stop();
    await expectBooksInOrder(join(folder, "ledger.db"), house.sessions);
  });
});

/** Two providers of Messages, asked one after the other. */
function failoverConfig() {
  const wire = "anthropic-messages" as const;
  const instance = (id: string) => ({
    id,
    kind: "anthropic-compatible",
    base_url: `${provider.url}/${id}`,
    models: [id],
  });
  return {
    first: wire,
    second: "second",
    providers: [instance("first"), instance("second")],
    prices: ["first", "second"].map((id) => ({ provider: id, model: id, input: "1", output: "2" })),
    routes: [
      {
        match: "both",
        strategy: "fallback",
        resend: true,
        targets: [
          { provider: "first", model: "first" },
          { provider: "second", model: "second" },
        ],
      },
    ],
  };
}
const SETTINGS_OF_FAILOVER = { TOKLIGENCE_CIRCUIT_FAILURES: "0" };
const WITHOUT_USAGE = (SPEECH["anthropic-messages"].start + SPEECH["anthropic-messages"].end).replaceAll(
  /"usage":\{[^}]*\}/g,
  '"usage":null',
);

describe("a gateway that is told to stop", () => {
  it("lets answers end, and settles each once", async () => {
    const house = await openHouse({});
    held.length = 0;
    provider.respond = hold;
    const calls = ENDING_LANES.map((lane) => call(house, lane, "drained"));
    await Promise.all(calls.map((each) => each.until("half")));
    const stopping = house.gateway.stop();
    for (const goOn of held) goOn();
    await stopping;
    const clients = await Promise.all(calls.map(({ over }) => over));
    expect(clients.map(({ end }) => end)).toEqual(ENDING_LANES.map(() => "whole"));
    await expectBooksInOrder(join(house.folder, "ledger.db"), house.sessions);
    expect(await rowsOf(house)).toEqual(
      byLane(ENDING_LANES.map(({ provider: wire }) => settledAs({ ...DONE, known: "all" }, wire))),
    );
  });

  it("breaks off what does not end in time, and settles each once", async () => {
    const house = await openHouse({ TOKLIGENCE_DRAIN_MS: "100" });
    held.length = 0;
    provider.respond = hold;
    const calls = ENDING_LANES.map((lane) => call(house, lane, "not drained"));
    await Promise.all(calls.map((each) => each.until("half")));
    await house.gateway.stop();
    const clients = await Promise.all(calls.map(({ over }) => over));
    expect(clients.map(({ end }) => end)).toEqual(ENDING_LANES.map(() => "broken"));
    await expectBooksInOrder(join(house.folder, "ledger.db"), house.sessions);
    const cut = { outcome: "failed_midstream", errorCode: "shutting_down", known: "start" } as const;
    expect(await rowsOf(house)).toEqual(byLane(ENDING_LANES.map(({ provider: wire }) => settledAs(cut, wire))));
  });

  it.each([
    ["before anything came", true],
    ["before an answer in one piece came", false],
  ])("says so of what it breaks off %s, too", async (ending, stream) => {
    const house = await openHouse({ TOKLIGENCE_DRAIN_MS: "100" });
    held.length = 0;
    provider.respond = () => void held.push(() => {});
    const calls = ENDING_LANES.map((lane) => call(house, lane, ending, stream));
    await vi.waitUntil(() => held.length === calls.length, { timeout: 10_000 });
    await house.gateway.stop();
    expect((await Promise.all(calls.map(({ over }) => over))).map(({ end }) => end)).toEqual(
      ENDING_LANES.map(() => "broken"),
    );
    await expectBooksInOrder(join(house.folder, "ledger.db"), house.sessions);
    const cut = { outcome: "failed", errorCode: "shutting_down", known: "nothing" } as const;
    expect(await rowsOf(house)).toEqual(byLane(ENDING_LANES.map(({ provider: wire }) => settledAs(cut, wire))));
  });

  it("tells who left before it from those whom it broke off", async () => {
    const house = await openHouse({ TOKLIGENCE_DRAIN_MS: "1000" });
    held.length = 0;
    provider.respond = hold;
    const calls = ENDING_LANES.map((lane) => call(house, lane, "left while it stopped"));
    await Promise.all(calls.map((each) => each.until("half")));
    const stopping = house.gateway.stop();
    for (const each of calls) each.leave();
    await stopping;
    const left = { outcome: "client_aborted", errorCode: "request_timeout", known: "start" } as const;
    expect(await rowsOf(house)).toEqual(byLane(ENDING_LANES.map(({ provider: wire }) => settledAs(left, wire))));
  });
});

describe("a gateway that is killed", () => {
  let daemons: Daemon[] = [];
  afterEach(async () => {
    for (const { child } of daemons) child.kill("SIGKILL");
    await Promise.all(daemons.map(({ ended }) => ended));
    daemons = [];
  });
  const start = async (path: string): Promise<Ready> => {
    const daemon = startDaemon(path, [], { ENDING_KEY: "sk-ending" });
    daemons.push(daemon);
    return daemon.ready;
  };

  it("has left what was open to the next one, which settles each once and makes up nothing", async () => {
    const { path, remove } = newFolder();
    mkdirSync(join(path, "config"));
    writeFileSync(join(path, "config", "gateway.yaml"), JSON.stringify(endingConfig(provider.url)));
    const { url, clientKey: key = "", dataDir } = await start(path);
    const sessions = new Set<string>();
    const ask = (ending: string): EndingCall[] =>
      ENDING_LANES.map((lane) => {
        sessions.add(sessionOf(lane, ending));
        return callLane({ url, key }, lane, { session: sessionOf(lane, ending), stream: true });
      });
    provider.respond = endStream;
    await Promise.all(ask("done").map(({ over }) => over));
    provider.respond = hold;
    const open = ask("killed");
    await Promise.all(open.map((each) => each.until("half")));
    // What ended in the last moments before a kill may be missing; everything here has been written.
    const headers = { authorization: `Bearer ${key}` };
    const list = async (from: string): Promise<ExchangeView[]> =>
      (await (await fetch(`${from}/api/v1/exchanges?limit=1000`, { headers })).json()) as ExchangeView[];
    const countOpen = async (): Promise<number[]> => {
      const found = await list(url);
      return [found.length, found.filter(({ outcome }) => outcome === "open").length];
    };
    await expect.poll(countOpen, { timeout: 10_000 }).toEqual([sessions.size, open.length]);
    daemons[0]?.child.kill("SIGKILL");
    const clients = await Promise.all(open.map(({ over }) => over));
    expect(clients.map(({ end }) => end)).toEqual(open.map(() => "broken"));

    const next = await start(path);
    const records = await list(next.url);
    const settled = (ending: string) =>
      byLane(
        ENDING_LANES.map((lane) => {
          const record = records.find(({ session }) => session === sessionOf(lane, ending));
          return record && settlementOf(record);
        }),
      );
    const interrupted = { outcome: "interrupted", errorCode: "internal_error", known: "nothing" } as const;
    for (const [ending, { outcome, errorCode, known }] of [
      ["killed", interrupted],
      ["done", { ...DONE, known: "all" }],
    ] as const) {
      expect(settled(ending)).toEqual(
        byLane(ENDING_LANES.map(({ provider: wire }) => settledAs({ outcome, errorCode, known }, wire))),
      );
    }
    daemons[1]?.child.kill("SIGTERM");
    await daemons[1]?.ended;
    // What was interrupted used nothing that is known: it is a row, and no entry.
    await expectBooksInOrder(join(dataDir, "ledger.db"), sessions, ENDING_LANES.length);
    remove();
  }, 60_000);
});

const DONE = { outcome: "completed", errorCode: null } as const;
