/** What a client of models sees of the door, whichever of the two ways its requests go. */
import { randomBytes } from "node:crypto";
import zlib from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Arrival } from "../../../../src-gateway/server/arrival.ts";
import { readBody } from "../../../../src-gateway/server/read-body.ts";
import {
  answerPlainly,
  call,
  type Door,
  type DoorOptions,
  MAX_BODY_BYTES,
  openDoor,
  usual,
} from "../../../support/lane-door.ts";
import { until } from "../../../support/until.ts";

const opened: Door[] = [];
afterEach(async () => {
  for (const door of opened.splice(0)) await door.close();
});
const HEAD = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ";
const pipelined = (count: number): string => usual({ body: '{"a":1}' }).repeat(count) + usual({ isLast: true });

describe.each([
  ["the lane", true],
  ["node:http alone", false],
])("by way of %s, a door", (_name, hasLane) => {
  const by = hasLane ? "lane" : "node:http";
  const open = async (options: Omit<DoorOptions, "hasLane"> = {}): Promise<Door> => {
    const door = await openDoor({ hasLane, ...options });
    opened.push(door);
    return door;
  };

  it("answers request after request on one connection", async () => {
    const door = await open();
    const client = await call(door.port);
    for (let at = 0; at < 3; at++) {
      await client.send(usual({ body: `{"at":${at}}`, lines: [`X-At: ${at}`] }));
      await client.hears(new RegExp(`^(?:[^{]*{"got":8}){${at + 1}}$`));
    }
    await client.send(usual({ isLast: true, url: "/v1/messages?beta=true" }));
    const head = (last: string): string =>
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\nx-request-id: req_1\r\nDate: now\r\n${last}\r\n\r\n`;
    const kept = head("Connection: keep-alive\r\nKeep-Alive: timeout=65");
    expect(await client.closed).toBe(`${kept}{"got":8}`.repeat(3) + `${head("Connection: close")}{"got":2}`);
    expect(door.seen.map((seen) => [seen.by, seen.url, seen.body])).toEqual([
      [by, "POST /v1/chat/completions", '{"at":0}'],
      [by, "POST /v1/chat/completions", '{"at":1}'],
      [by, "POST /v1/chat/completions", '{"at":2}'],
      [by, "POST /v1/messages?beta=true", "{}"],
    ]);
    expect(door.seen[1]?.headers).toEqual([
      ["host", "127.0.0.1"],
      ["content-type", "application/json"],
      ["content-length", "8"],
      ["x-at", "1"],
    ]);
    await until(() => door.server.openRequests() === 0);
  });

  it("answers bodies of any length on one connection", async () => {
    const door = await open();
    const client = await call(door.port);
    const lengths = [2, 9, 10, 999, 1_000, 2];
    for (const length of lengths) await client.send(usual({ body: JSON.stringify("x".repeat(length - 2)) }));
    await client.send(usual({ isLast: true }));
    const answered = [...(await client.closed).matchAll(/"got":(\d+)/g)].map(([, got]) => Number(got));
    expect(answered).toEqual([...lengths, 2]);
    const told = door.seen.map((seen) => seen.headers.find(([name]) => name === "content-length")?.[1]);
    expect(told).toEqual([...lengths, 2].map(String));
    expect(new Set(door.seen.map((seen) => seen.by))).toEqual(new Set([by]));
  });

  it("understands a request that comes in two pieces, wherever it is cut", async () => {
    const door = await open();
    const bytes = usual({ body: '{"a":"b"}', lines: ["X-A: 1"], isLast: true });
    for (let cut = 1; cut < bytes.length; cut++) {
      const client = await call(door.port);
      await client.send(bytes.slice(0, cut), bytes.slice(cut));
      expect(await client.closed).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\{"got":9\}$/);
    }
    expect(new Set(door.seen.map((seen) => JSON.stringify({ ...seen, by: null }))).size).toBe(1);
    // A head that is not whole is not the lane's.
    expect(new Set(door.seen.map((seen) => seen.by))).toEqual(new Set([by, "node:http"]));
  });

  it.each([1, 2, 5])("understands the second request when it comes in two pieces, after %i others", async (count) => {
    const door = await open();
    const bytes = usual({ body: '{"a":"b"}', isLast: true });
    for (let cut = 1; cut < bytes.length; cut += 7) {
      const client = await call(door.port);
      for (let at = 1; at <= count; at++) {
        await client.send(usual());
        await client.hears(new RegExp(`^(?:[^{]*{"got":2}){${at}}$`));
      }
      await client.send(bytes.slice(0, cut), bytes.slice(cut));
      expect(await client.closed).toMatch(/\{"got":2\}HTTP[^]*\{"got":9\}$/);
    }
  });

  it("answers in order what is asked in one packet, and byte by byte", async () => {
    const door = await open();
    const client = await call(door.port);
    await client.send(pipelined(20));
    const said = await client.closed;
    expect(said.match(/\{"got":7\}/g)).toHaveLength(20);
    expect(said).toMatch(/Connection: close\r\n\r\n\{"got":2\}$/);
    const slow = await call(door.port);
    await slow.send(...pipelined(1));
    expect((await slow.closed).match(/\{"got":\d\}/g)).toEqual(['{"got":7}', '{"got":2}']);
  });

  it("goes on with every other kind of request on the same connection", async () => {
    const door = await open();
    const client = await call(door.port);
    await client.send(usual());
    await client.hears(/\{"got":2\}$/);
    await client.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    await client.hears(/not an inference: health/);
    await client.send(usual({ body: '{"a":1}' }) + usual({ body: '{"a":23}', isLast: true }));
    expect(await client.closed).toMatch(/\{"got":7\}[^{]*\{"got":8\}$/);
    expect(door.seen.map((seen) => seen.by)).toEqual([by, "node:http", "node:http"]);
  });

  it("takes large bodies in many pieces, and compressed ones", async () => {
    const door = await open();
    const client = await call(door.port);
    const large = randomBytes(140_000).toString("hex");
    await client.send(usual({ body: large }));
    await client.hears(/\{"got":280000\}$/);
    const packed = zlib.gzipSync(large);
    await client.send(`${HEAD}${packed.length}\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n`, packed);
    expect(await client.closed).toMatch(/\{"got":280000\}[^]*\{"got":280000\}$/);
    expect(door.seen.map((seen) => [seen.by, seen.body === large])).toEqual([
      [by, true],
      [by, true],
    ]);
    expect(door.budget.heldBytes).toBe(0);
  });

  it.each([
    ["is too large", `${HEAD}${MAX_BODY_BYTES + 1}\r\n\r\n`, "body_too_large"],
    ["is not UTF-8", Buffer.from(`${HEAD}2\r\n\r\n\xff\xfe`, "latin1"), "invalid_encoding"],
    ["has an unknown encoding", `${HEAD}2\r\nContent-Encoding: lzma\r\n\r\n{}`, "unsupported_content_encoding"],
    ["is not what its encoding says", `${HEAD}2\r\nContent-Encoding: br\r\n\r\n{}`, "invalid_encoding"],
  ])("refuses a body that %s, and gives its room back", async (_why, bytes, code) => {
    const door = await open();
    const client = await call(door.port);
    await client.send(bytes);
    await client.hears(new RegExp(`HTTP/1.1 4[^]*${code}\r\n0\r\n\r\n$`));
    expect(door.budget.heldBytes).toBe(0);
    client.socket.destroy();
  });

  it("has room for so many bodies at once, and no more", async () => {
    const door = await open();
    door.budget.heldBytes = MAX_BODY_BYTES * 2 - 5;
    const client = await call(door.port);
    await client.send(usual({ body: "123456" }), usual({ body: "12345", isLast: true }));
    expect(await client.closed).toMatch(/^HTTP\/1\.1 503 [^]*overloaded[^]*HTTP\/1\.1 200 [^]*\{"got":5\}$/);
  });

  it("breaks off a client that goes on with a body that is too large", async () => {
    const door = await open();
    const client = await call(door.port);
    await client.send(`${HEAD}${MAX_BODY_BYTES + 1}\r\n\r\n`);
    await client.hears(/body_too_large\r\n0\r\n\r\n$/);
    client.socket.write(Buffer.alloc(MAX_BODY_BYTES + 1));
    client.socket.write(usual({ isLast: true }));
    expect(await client.closed).not.toContain('{"got":2}');
  });

  it("drops a body that nobody asked for, and then goes on", async () => {
    const door = await open({
      answer: (arrival) => {
        const refused = arrival.openReply({ requestId: "req_1", stallMs: 1_000 });
        refused.start(401, { "content-length": "0" });
        refused.end();
      },
    });
    const client = await call(door.port);
    await client.send(`${HEAD}200000\r\n\r\n`);
    await client.hears(/401[^]*\r\n\r\n$/);
    client.socket.write(Buffer.alloc(200_000));
    client.socket.write(usual({ isLast: true }));
    expect((await client.closed).match(/HTTP\/1\.1 401/g)).toHaveLength(2);
  });

  it("keeps a body for whoever asks for it late", async () => {
    const door = await open({
      answer: async (arrival, { budget }) => {
        await new Promise((resolve) => setImmediate(resolve));
        const { bytes, release } = await readBody(arrival, MAX_BODY_BYTES, budget);
        release();
        const late = arrival.openReply({ requestId: "req_1", stallMs: 1_000 });
        late.start(200, {});
        late.end(Buffer.from(`${bytes.length} ${bytes.subarray(-3).toString()}`));
      },
    });
    const client = await call(door.port);
    client.socket.write(usual({ body: `${"a".repeat(250_000)}end` }));
    client.socket.write(usual({ body: "end", isLast: true }));
    expect(await client.closed).toMatch(/\r\n250003 end\r\n0\r\n\r\n[^]*\r\n3 end\r\n0\r\n\r\n$/);
  });

  it("believes a proxy that it trusts, and nobody else", async () => {
    const addresses: (string | null)[] = [];
    const answer = (arrival: Arrival, own: Door): Promise<void> => {
      addresses.push(arrival.address);
      return answerPlainly(arrival, own);
    };
    const bytes = usual({ isLast: true, lines: ["X-Forwarded-For: 203.0.113.9"] });
    const trusting = await open({ answer, isTrustedProxy: (address) => address === "127.0.0.1" });
    await (await call(trusting.port)).send(bytes);
    const other = await open({ answer });
    await until(() => addresses.length === 1);
    const client = await call(other.port);
    await client.send(bytes);
    await client.closed;
    expect(addresses).toEqual(["203.0.113.9", "127.0.0.1"]);
  });
});
