import http, { type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createReply } from "../../../src-gateway/server/reply.ts";

let handle: (response: ServerResponse) => void = () => {};
const server = http.createServer((_request, response) => handle(response));
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const ask = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/`);

describe("a reply", () => {
  it("names the request, counts its bytes, and tells when it was delivered", async () => {
    const delivered = new Promise<boolean>((resolve) => {
      handle = (response) => {
        const reply = createReply(response, { requestId: "req_1", stallMs: 5_000 });
        reply.start(200, { "content-type": "text/plain" });
        reply.write(Buffer.from("ab"));
        reply.end(Buffer.from("c"));
        void reply.finished().then((isWhole) => {
          expect([reply.status, reply.bytesOut]).toEqual([200, 3]);
          resolve(isWhole);
        });
      };
    });
    const answer = await ask();
    expect([answer.headers.get("x-request-id"), await answer.text()]).toEqual(["req_1", "abc"]);
    expect(await delivered).toBe(true);
  });

  it("that is cut gives what was written, and then no clean end", async () => {
    handle = (response) => {
      const reply = createReply(response, { requestId: "req_1", stallMs: 5_000 });
      reply.start(200, {});
      reply.write(Buffer.from("half"));
      reply.cut();
    };
    const answer = await ask();
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("half");
    await expect(reader?.read()).rejects.toThrow("terminated");
  });

  it("goes on for a client that reads slowly, longer than one that stopped would be given", async () => {
    const size = 24_000_000;
    const delivered = new Promise<boolean>((resolve) => {
      handle = (response) => {
        const reply = createReply(response, { requestId: "req_1", stallMs: 400 });
        reply.start(200, { "content-length": String(size) });
        reply.end(Buffer.alloc(size));
        void reply.finished().then(resolve);
      };
    });
    const started = performance.now();
    let received = 0;
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 4);
    });
    expect(await delivered).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(500);
    expect(received).toBeGreaterThan(size / 4);
    socket.destroy();
  });

  it.each([
    ["cut", (reply: ReturnType<typeof createReply>) => reply.cut()],
    ["ended", (reply: ReturnType<typeof createReply>) => reply.end()],
    ["waiting", () => {}],
  ])("that is %s does not hold the connection of a client that has stopped reading", async (_name, finish) => {
    const closed = new Promise<boolean>((resolve) => {
      handle = (response) => {
        const reply = createReply(response, { requestId: "req_1", stallMs: 300 });
        reply.start(200, {});
        // More than the buffers of both kernels take.
        reply.write(Buffer.alloc(48_000_000));
        finish(reply);
        void reply.finished().then(resolve);
      };
    });
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
    socket.pause();
    socket.on("error", () => {});
    expect(await closed).toBe(false);
    socket.destroy();
  });
});
