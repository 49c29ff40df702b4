/** How an answer, a connection and the door itself end, whichever of the two ways requests go. */
import { afterEach, describe, expect, it } from "vitest";
import type { Reply } from "../../../../src-gateway/exchange/types.ts";
import type { Arrival } from "../../../../src-gateway/server/arrival.ts";
import { readBody } from "../../../../src-gateway/server/read-body.ts";
import { call, type Door, type DoorOptions, MAX_BODY_BYTES, openDoor, usual } from "../../../support/lane-door.ts";
import { until } from "../../../support/until.ts";

const opened: Door[] = [];
afterEach(async () => {
  for (const door of opened.splice(0)) await door.close();
});
const HEAD = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ";
const MANY = 24_000_000;

interface Begun {
  reply: Reply;
  arrival: Arrival;
  /** Of what happened to it, in order. */
  told: string[];
}

describe.each([
  ["the lane", true],
  ["node:http alone", false],
])("by way of %s", (_name, hasLane) => {
  const open = async (options: Omit<DoorOptions, "hasLane"> = {}): Promise<Door> => {
    const door = await openDoor({ hasLane, ...options });
    opened.push(door);
    return door;
  };
  /** A door whose requests wait for the test to answer them. */
  async function openByHand(options: Omit<DoorOptions, "hasLane"> & { stallMs?: number } = {}) {
    const begun: Begun[] = [];
    const answer = async (arrival: Arrival, { budget }: Door): Promise<void> => {
      const told: string[] = [];
      const reply = arrival.openReply({ requestId: "req_1", stallMs: options.stallMs ?? 15_000 });
      arrival.onGone(() => told.push("gone"));
      const read = async () => await readBody(arrival, MAX_BODY_BYTES, budget);
      await read().then(
        ({ bytes, release }) => {
          told.push(`read ${bytes.length}`);
          release();
        },
        (error: Error) => told.push(error.name),
      );
      begun.push({ reply, arrival, told });
      told.push((await reply.finished()) ? "delivered" : "not delivered");
    };
    const door = await open({ answer, ...options });
    const client = await call(door.port);
    const first = async (): Promise<Begun> => {
      await until(() => begun.length > 0);
      return begun[0] as Begun;
    };
    return { door, client, begun, first };
  }

  it("a stream goes out piece by piece, and ends", async () => {
    const { client, first, door } = await openByHand();
    await client.send(usual());
    const { reply, told } = await first();
    reply.start(200, { "content-type": "text/event-stream" });
    await client.hears(/Transfer-Encoding: chunked\r\n\r\n$/);
    reply.write(Buffer.from("data: 1\n\n"));
    await client.hears(/\r\n9\r\ndata: 1\n\n\r\n$/);
    reply.write(Buffer.alloc(0));
    reply.write(Buffer.alloc(20_000, "a"));
    reply.end();
    await client.hears(/\r\n4e20\r\na{20000}\r\n0\r\n\r\n$/);
    await until(() => told.length === 2);
    expect([told, reply.status, reply.bytesOut]).toEqual([["read 2", "delivered"], 200, 20_009]);
    expect(door.server.openRequests()).toBe(0);
    client.socket.destroy();
  });

  it("headers are put together, and those with a line break are not sent", async () => {
    const { client, first, begun } = await openByHand();
    await client.send(usual());
    const { reply } = await first();
    if (reply.extraHeaders) reply.extraHeaders["x-extra"] = "1";
    reply.lateHeaders = () => ({ "x-late": "2", "x-extra": "3" });
    reply.start(429, { "x-extra": "0", "retry-after": "7", date: "never", "content-length": "2" });
    reply.end(Buffer.from("no"));
    await client.hears(/no$/);
    expect(client.said()).toBe(
      "HTTP/1.1 429 Too Many Requests\r\nx-extra: 3\r\nretry-after: 7\r\nDate: now\r\ncontent-length: 2\r\n" +
        "x-late: 2\r\nx-request-id: req_1\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\nno",
    );
    await client.send(usual());
    await until(() => begun.length === 2);
    const second = begun[1]?.reply;
    expect(() => second?.start(200, { "x-a": "1\r\nx-b: 2" })).toThrow(/Invalid character in header content \["x-a"\]/);
    second?.cut();
    expect((await client.closed).endsWith("no")).toBe(true);
  });

  it.each(["x-a\r\nx-b", "x a", "", "x:a"])("a header's name is a name: %j", async (name) => {
    const { client, first } = await openByHand();
    await client.send(usual());
    const { reply } = await first();
    expect(() => reply.start(200, { [name]: "1" })).toThrow(/Header name must be a valid HTTP token/);
    reply.cut();
    expect(await client.closed).toBe("");
  });

  it.each([204, 304])("an answer of %i has no body", async (status) => {
    const { client, first } = await openByHand();
    await client.send(usual());
    const { reply, told } = await first();
    reply.start(status, {});
    reply.end(Buffer.from("body"));
    await until(() => told.length === 2);
    await client.hears(/timeout=65\r\n\r\n$/);
    expect(client.said()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    client.socket.destroy();
  });

  it("an answer that is cut gives what was written, and then no clean end", async () => {
    const { client, first } = await openByHand();
    await client.send(usual());
    const { reply, told } = await first();
    reply.start(200, {});
    reply.write(Buffer.from("half"));
    reply.cut();
    reply.write(Buffer.from("more"));
    expect(await client.closed).toMatch(/\r\n4\r\nhalf\r\n$/);
    await until(() => told.length === 3);
    expect(told.toSorted()).toEqual(["gone", "not delivered", "read 2"]);
  });

  it("a client that leaves before its answer is noticed", async () => {
    const { client, first, door } = await openByHand();
    await client.send(usual());
    const { told, reply } = await first();
    client.socket.resetAndDestroy();
    await until(() => told.length === 3);
    expect(told.toSorted()).toEqual(["gone", "not delivered", "read 2"]);
    reply.start(200, {});
    reply.write(Buffer.from("late"));
    reply.end();
    expect(await reply.finished()).toBe(false);
    expect(door.server.openRequests()).toBe(0);
  });

  it("a client that only stops sending gets what was written, and its connection is closed", async () => {
    const { client, first } = await openByHand();
    await client.send(usual());
    const { told, reply } = await first();
    reply.start(200, {});
    reply.write(Buffer.from("begun"));
    await client.hears(/begun\r\n$/);
    client.socket.end();
    expect(await client.closed).toMatch(/begun\r\n$/);
    await until(() => told.length === 3);
    expect(told.toSorted()).toEqual(["gone", "not delivered", "read 2"]);
  });

  it("a client that leaves in the middle of its body is noticed, whether it closes or stops", async () => {
    const { client, first, begun, door } = await openByHand();
    await client.send(`${HEAD}100\r\n\r\n{`);
    await until(() => door.server.openRequests() === 1);
    client.socket.end();
    expect(await client.closed).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect((await first()).told).toContain("ClientGone");
    const other = await call(door.port);
    await other.send(`${HEAD}100\r\n\r\n{`);
    await until(() => door.server.openRequests() === 1);
    other.socket.resetAndDestroy();
    await until(() => begun[1]?.told.length === 3);
    expect(begun[1]?.told.toSorted()).toEqual(["ClientGone", "gone", "not delivered"]);
    expect([door.budget.heldBytes, door.server.openRequests()]).toEqual([0, 0]);
  });

  it("a client that reads slowly gets all of a large answer, and is waited for", async () => {
    const { client, first } = await openByHand({ stallMs: 15_000 });
    client.socket.pause();
    await client.send(usual());
    const { reply, told } = await first();
    reply.start(200, {});
    let written = 0;
    let waits = 0;
    const piece = Buffer.alloc(100_000, "a");
    const goOn = (): void => {
      while (written < MANY) {
        written += piece.length;
        if (reply.write(piece)) continue;
        waits++;
        return;
      }
      reply.end();
    };
    reply.onDrain = goOn;
    goOn();
    expect(written).toBeLessThan(MANY);
    let received = 0;
    client.socket.removeAllListeners("data");
    client.socket.on("data", (bytes) => (received += bytes.length));
    client.socket.resume();
    await until(() => told.length === 2);
    await until(() => received > MANY);
    expect([told[1], reply.bytesOut, waits > 1]).toEqual(["delivered", MANY, true]);
    client.socket.destroy();
  });

  it.each([
    ["cut", (reply: Reply) => reply.cut()],
    ["ended", (reply: Reply) => reply.end()],
    ["under way", () => {}],
  ])("a client that has stopped reading is given up on when its answer is %s", async (_when, finish) => {
    const { client, first } = await openByHand({ stallMs: 300 });
    client.socket.pause();
    await client.send(usual());
    const { reply, told } = await first();
    reply.start(200, {});
    expect(reply.write(Buffer.alloc(48_000_000))).toBe(false);
    finish(reply);
    await until(() => told.length === 3);
    expect(told.toSorted()).toEqual(["gone", "not delivered", "read 2"]);
    client.socket.destroy();
  });

  it("a connection that says nothing is told so and closed, and so is one whose body does not come", async () => {
    const { client, door, first } = await openByHand({ clientHeadersMs: 2_000, clientBodyMs: 1 });
    const other = await call(door.port);
    await other.send(`${HEAD}100\r\n\r\n{`);
    expect(await client.closed).toMatch(/^HTTP\/1\.1 408 [^]*request_timeout/);
    expect(await other.closed).toMatch(/^HTTP\/1\.1 408 [^]*request_timeout/);
    expect((await first()).told).toContain("ClientGone");
  });

  it("an answer that has begun is given its time when the gateway stops, and the connection closes after it", async () => {
    const { client, door, first, begun } = await openByHand();
    await client.send(usual());
    const { reply, told } = await first();
    const idle = await call(door.port);
    await idle.send(usual());
    await until(() => begun.length === 2);
    begun[1]?.reply.start(200, { "content-length": "0" });
    begun[1]?.reply.end();
    await idle.hears(/timeout=65\r\n\r\n$/);
    reply.start(200, {});
    const stopped = door.server.stop(15_000);
    await idle.closed;
    reply.write(Buffer.from("still"));
    await client.hears(/still\r\n$/);
    reply.end(Buffer.from("there"));
    expect(await client.closed).toMatch(/still\r\n5\r\nthere\r\n0\r\n\r\n$/);
    await stopped;
    expect(told).toEqual(["read 2", "delivered"]);
  });

  it("what does not end in time is broken off when the gateway stops", async () => {
    const { client, door, first } = await openByHand();
    await client.send(usual());
    const { reply, told } = await first();
    reply.start(200, {});
    await door.server.stop(50);
    await client.closed;
    await until(() => told.length === 3);
    expect(told.toSorted()).toEqual(["gone", "not delivered", "read 2"]);
  });

  it("whoever asks while it leaves is answered, and told to close", async () => {
    const door = await open();
    const client = await call(door.port);
    await client.send(usual());
    await client.hears(/\{"got":2\}$/);
    await door.server.leave(0);
    await client.send(usual());
    expect(await client.closed).toMatch(/\{"got":2\}HTTP\/1\.1 200 OK\r\nconnection: close\r\n[^]*\{"got":2\}$/);
    expect(client.said().match(/connection: close/gi)).toHaveLength(1);
  });

  it("who was let in before it stopped, and then asks for the first time, is answered", async () => {
    const begun: Reply[] = [];
    const answer = (arrival: Arrival): void => {
      const reply = arrival.openReply({ requestId: "req_1", stallMs: 15_000 });
      begun.push(reply);
    };
    const door = await open({ answer });
    const silent = await call(door.port);
    const busy = await call(door.port);
    await busy.send(usual());
    // Whoever came first was let in first.
    await until(() => begun.length === 1);
    const stopped = door.server.stop(15_000);
    await silent.send(usual());
    await until(() => begun.length === 2);
    for (const reply of begun) {
      reply.start(200, { "content-length": "2" });
      reply.end(Buffer.from("ok"));
    }
    expect(await silent.closed).toMatch(/^HTTP\/1\.1 200 OK\r\nconnection: close\r\n[^]*ok$/);
    expect(await busy.closed).toMatch(/ok$/);
    await stopped;
    expect(door.server.openRequests()).toBe(0);
  });
});

describe("in the lane alone", () => {
  const answered = async (finish: (reply: Reply) => void): Promise<string> => {
    const door = await openDoor({
      hasLane: true,
      answer: (arrival) => finish(arrival.openReply({ requestId: "req_1", stallMs: 1_000 })),
    });
    opened.push(door);
    const client = await call(door.port);
    await client.send(usual() + usual());
    return client.closed;
  };

  it("head and first piece of a stream that come at once go out at once", async () => {
    const door = await openDoor({
      hasLane: true,
      answer: (arrival) => {
        const reply = arrival.openReply({ requestId: "req_1", stallMs: 1_000 });
        reply.start(200, {});
        reply.write(Buffer.from("one"));
        reply.write(Buffer.from("two"));
      },
    });
    opened.push(door);
    const client = await call(door.port);
    const heard = new Promise<string>((resolve) => void client.socket.once("data", (bytes) => resolve(String(bytes))));
    await client.send(usual());
    expect(await heard).toMatch(/^HTTP\/1\.1 200 OK[^]*\r\n\r\n3\r\none\r\n3\r\ntwo\r\n$/);
  });

  it("an answer of less than was declared closes its connection", async () => {
    const said = await answered((reply) => {
      reply.start(200, { "content-length": "10" });
      reply.end(Buffer.from("short"));
    });
    expect(said).toMatch(/\r\n\r\nshort$/);
  });

  it("nothing goes out beyond what was declared", async () => {
    const said = await answered((reply) => {
      reply.start(200, { "content-length": "4" });
      reply.write(Buffer.from("four"));
      reply.end(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"));
    });
    expect(said).toMatch(/^(?:HTTP\/1\.1 200 OK[^]*\r\n\r\nfour)?(?:<ECONNRESET>)?$/);
    expect(said.match(/HTTP/g)?.length ?? 0).toBeLessThan(2);
  });
});
