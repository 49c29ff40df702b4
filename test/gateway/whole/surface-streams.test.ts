import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

/** Bytes that no socket buffers by itself. */
const MUCH = 64 * 1024 * 1024;
const PIECE = Buffer.alloc(256 * 1024, "x");

let handle: (request: IncomingMessage, response: ServerResponse) => void;
const server = http.createServer((request, response) => handle(request, response));
let gateway: TestGateway;
const sockets: Socket[] = [];
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  gateway = await startTestGateway({
    env: { TOKLIGENCE_MAX_BODY_BYTES: "100000" },
    config: { providers: [{ id: "raw", kind: "openai-compatible", base_url: url, models: ["m"] }] },
  });
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
});
beforeEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection on which a test writes what it likes. */
function open(head: string): Socket {
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  socket.write(`${head} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${gateway.key}\r\n`);
  return socket;
}
const settled = (isWanted: (path: { surface: string; outcome: string }) => boolean) =>
  gateway.exchanges(1, isWanted).then((list) => list[0]);
const once = <Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } => Promise.withResolvers<Value>();

/** Writes until the other side takes no more; the bytes that were written by then. */
async function writeUntilStuck(socket: {
  write(bytes: Buffer): boolean;
  once(name: "drain", then: () => void): unknown;
}) {
  let written = 0;
  while (written < MUCH) {
    written += PIECE.length;
    if (socket.write(PIECE)) continue;
    const drained = await Promise.race([
      new Promise<boolean>((resolve) => void socket.once("drain", () => resolve(true))),
      quiet(),
    ]);
    if (!drained) break;
  }
  return written;
}
/** False after a while in which nothing happened: that nothing happens cannot be waited for in any other way. */
const quiet = (): Promise<false> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(false), 400);
  });

describe("a body on its way to the provider", () => {
  it("is passed on before it is whole, and may be larger than a body that is read", async () => {
    const first = once<string>();
    const whole = once<number>();
    handle = (request, response) => {
      let length = 0;
      request.on("data", (chunk: Buffer) => {
        if (length === 0) first.resolve(chunk.toString());
        length += chunk.length;
      });
      request.on("end", () => {
        whole.resolve(length);
        response.end("done");
      });
    };
    const socket = open("POST /v1/uploads/u/parts");
    socket.write("content-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    expect(await first.promise).toBe("first");
    socket.write(`40000\r\n${"y".repeat(0x40000)}\r\n0\r\n\r\n`);
    expect(await whole.promise).toBe(5 + 0x40000);
    expect(await settled(({ surface }) => surface === "files")).toMatchObject({
      outcome: "completed",
      bytesIn: 5 + 0x40000,
    });
  });

  it("waits for a provider that does not read", async () => {
    const taken = once<IncomingMessage>();
    handle = (request) => {
      request.pause();
      taken.resolve(request);
    };
    const socket = open("POST /v1/slow/uploads");
    socket.write(`content-type: application/octet-stream\r\ncontent-length: ${2 * MUCH}\r\n\r\nbegin`);
    const request = await taken.promise;
    expect(await writeUntilStuck(socket)).toBeLessThan(MUCH);
    socket.destroy();
    // A connection that nobody reads from does not tell that its other end is gone.
    request.on("error", () => {}).resume();
    expect((await settled(({ outcome }) => outcome === "client_aborted"))?.bytesIn).toBeGreaterThan(0);
  });

  it("is given up on both sides when the client leaves in the middle of it", async () => {
    const broken = once<string>();
    const begun = once<void>();
    handle = (request) => {
      request.on("data", () => begun.resolve());
      request.on("error", (error: NodeJS.ErrnoException) => broken.resolve(error.code ?? ""));
    };
    const [before] = await gateway.exchanges(0);
    const socket = open("PUT /raw/v1/leaving");
    socket.write("content-type: text/plain\r\ncontent-length: 1000\r\n\r\nhalf");
    await begun.promise;
    socket.destroy();
    expect(await broken.promise).toBe("ECONNRESET");
    const [record] = await gateway.exchanges(1, (each) => each.requestId !== before?.requestId && each.bytesIn === 4);
    expect(record).toMatchObject({ outcome: "client_aborted", surface: "passthrough" });
  });

  it("may be answered before it is whole", async () => {
    handle = (_request, response) => {
      response.writeHead(413, { "content-type": "application/json" }).end('{"error":{"message":"too much"}}');
    };
    const socket = open("POST /raw/v1/early");
    socket.write("content-type: text/plain\r\ncontent-length: 1000000\r\n\r\nhalf");
    const answer = once<string>();
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("too much")) answer.resolve(text);
    });
    expect(await answer.promise).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("that is JSON keeps the limit of bodies that are read", async () => {
    handle = (_request, response) => response.end();
    const reply = await gateway.post("/v1/images/generations", { model: "m", prompt: "x".repeat(100_001) });
    expect(reply.status).toBe(413);
  });
});

describe("an answer on its way to the client", () => {
  it("is passed on piece by piece", async () => {
    const next = once<void>();
    handle = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      void next.promise.then(() => response.end("data: 2\n\n"));
    };
    const reply = await gateway.post("/v1/audio/speech", { model: "m" });
    const reader = reply.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: 1\n\n");
    next.resolve();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: 2\n\n");
    expect((await reader?.read())?.done).toBe(true);
    expect(await gateway.recordOf(reply)).toMatchObject({ stream: true, outcome: "completed" });
  });

  it("waits for a client that does not read, and is given up when it leaves", async () => {
    const written = once<number>();
    const closed = once<void>();
    handle = (_request, response) => {
      response.writeHead(200, { "content-type": "video/mp4" });
      response.on("close", () => closed.resolve());
      void writeUntilStuck(response).then(written.resolve);
    };
    const socket = open("GET /v1/videos/v/content");
    socket.pause();
    socket.write("\r\n");
    expect(await written.promise).toBeLessThan(MUCH);
    const [before] = await gateway.exchanges(0);
    socket.destroy();
    await closed.promise;
    const [record] = await gateway.exchanges(
      1,
      (each) => each.requestId !== before?.requestId && each.bytesOut > 100_000,
    );
    expect(record?.outcome).toBe("client_aborted");
  });

  it.each(["text/event-stream", "audio/mpeg"])("of %s that breaks off is never taken for the whole", async (type) => {
    handle = (request, response) => {
      response.writeHead(200, { "content-type": type });
      response.write("data: 1\n\n", () => request.socket.destroy());
    };
    const reply = await gateway.post("/raw/v1/audio/speech", { model: "m" });
    await expect(reply.text()).rejects.toThrow(/terminated|aborted|fetch failed/);
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "failed_midstream", errorCode: "provider_cut" });
  });

  it("that turns into an error is recorded as one", async () => {
    handle = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"type":"image_generation.partial_image"}\n\n');
      response.end('event: error\ndata: {"type":"error","error":{"type":"server_error","message":"out of paint"}}\n\n');
    };
    const reply = await gateway.post("/v1/images/generations", { model: "m", stream: true });
    expect(await reply.text()).toContain("out of paint");
    expect(await gateway.recordOf(reply)).toMatchObject({
      outcome: "failed_midstream",
      errorMessage: "out of paint",
    });
  });
});
