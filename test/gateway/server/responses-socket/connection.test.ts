/** What a connection does at its limits, with limits small enough to reach. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { ExchangeWorld } from "../../../../src-gateway/exchange/types.ts";
import { systemClock } from "../../../../src-gateway/lib/clock.ts";
import { createIdSource } from "../../../../src-gateway/lib/ids.ts";
import { silentLogger } from "../../../../src-gateway/lib/logger.ts";
import { PassingMap } from "../../../../src-gateway/lib/passing-map.ts";
import type { ConnectionLimits } from "../../../../src-gateway/server/responses-socket/connection.ts";
import { createResponsesSockets } from "../../../../src-gateway/server/responses-socket/responses-sockets.ts";
import { matchRoute } from "../../../../src-gateway/server/routes.ts";
import { isLast, openResponses, type ResponsesClient } from "../../../support/responses-client.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const nobody = { userId: 1, email: "a@b.c", role: "gateway_user", apiKeyId: null, keyName: null, scopes: [] } as const;

/** A world that waits at `gate` before it knows where a request should go, and then has nobody for it. */
async function open(
  limits: Partial<ConnectionLimits>,
  options: { gate?: Promise<void>; autoPong?: boolean } = {},
): Promise<ResponsesClient> {
  const world = {
    clock: systemClock,
    log: silentLogger,
    timeouts: { clientStallMs: 60_000, keepAliveMs: 10_000 },
    authenticate: () => ({ ...nobody, scopes: [] }),
    plan: async () => {
      await options.gate;
      throw new Error("nobody is there");
    },
    responses: { answers: { history: () => Promise.resolve(null) } },
    records: { open() {}, close: () => undefined },
  } as unknown as ExchangeWorld;
  const sockets = createResponsesSockets({
    world,
    maxBodyBytes: 100_000,
    running: new PassingMap(),
    cut: new AbortController(),
    nextId: createIdSource(systemClock),
    limits,
  });
  const server = http.createServer();
  server.on("upgrade", (request, socket, head) => {
    const route = matchRoute("POST", "/v1/responses");
    if (route.kind === "inference") sockets.upgrade(request, socket, head, route);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(async () => {
    await sockets.stop(0);
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return openResponses(`http://127.0.0.1:${port}`, { token: "any", autoPong: options.autoPong ?? true });
}

const warm = { model: "m", generate: false, store: false };

it("tells a client that its memory is full, and closes", async () => {
  const client = await open({ maxTranscript: 1_000 });
  const first = await client.ask({ ...warm, input: "x".repeat(900) });
  const second = await client.ask({ ...warm, input: "y".repeat(900), previous_response_id: first.response?.id });
  expect(second.type).toBe("response.completed");
  expect(await client.ask({ ...warm, input: "z", stream_id: "s" })).toMatchObject({
    type: "error",
    status: 400,
    error: { code: "websocket_connection_limit_reached" },
    stream_id: "s",
  });
  expect((await client.closed).code).toBe(1000);
});

it("lets no more wait than it says, and goes on with what waits", async () => {
  const gate = Promise.withResolvers<void>();
  const client = await open({ maxWaiting: 2, maxLanes: 2 }, { gate: gate.promise });
  const send = (lane: string, input: string): void =>
    client.send({ type: "response.create", model: "m", store: false, stream_id: lane, input });
  for (const input of ["at work", "waits", "waits too", "one too many"]) send("a", input);
  send("b", "beside it");
  send("c", "no lane left");
  const refused = [await client.next(isLast), await client.next(isLast)];
  expect(refused).toMatchObject([
    { stream_id: "a", status: 429, error: { code: "rate_limit_exceeded" } },
    { stream_id: "c", status: 429 },
  ]);
  gate.resolve();
  const answers = [];
  for (let n = 0; n < 4; n++) answers.push(await client.next(isLast));
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
  expect(answers.filter((event) => event.stream_id === "a")).toHaveLength(3);
  // A lane that is done is none any more.
  expect(await client.ask({ ...warm, input: "z", stream_id: "c" })).toMatchObject({ type: "response.completed" });
});

it("bounds what waits in bytes too", async () => {
  const gate = Promise.withResolvers<void>();
  const client = await open({ maxWaitingBytes: 1_000 }, { gate: gate.promise });
  for (let n = 0; n < 3; n++) client.send({ type: "response.create", model: "m", input: "x".repeat(600) });
  expect(await client.next(isLast)).toMatchObject({ status: 429 });
  gate.resolve();
  expect([await client.next(isLast), await client.next(isLast)]).toMatchObject([{ status: 500 }, { status: 500 }]);
});

it("pings, keeps those that answer and drops those that do not", async () => {
  const alive = await open({ pingEveryMs: 20 });
  let pings = 0;
  const pinged = new Promise<void>((resolve) => alive.socket.on("ping", () => ++pings >= 5 && resolve()));
  await pinged;
  expect(await alive.ask({ ...warm, input: "still here" })).toMatchObject({ type: "response.completed" });
  const dead = await open({ pingEveryMs: 20 }, { autoPong: false });
  expect((await dead.closed).code).toBe(1006);
});
