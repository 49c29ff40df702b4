import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamCall, UpstreamFailure, UpstreamRequest } from "../../../src-gateway/exchange/types.ts";
import { createUpstream } from "../../../src-gateway/upstream/dispatch.ts";
import type { AnyUpstreamRequest } from "../../../src-gateway/upstream/types.ts";

let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void = () => {};
const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(request, response, Buffer.concat(chunks)));
});
const upstream = createUpstream({ connectMs: 500 });
let base = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await upstream.close();
  server.closeAllConnections();
  server.close();
});

interface Outcome {
  status: number;
  body: Buffer;
  failure: UpstreamFailure | null;
}

function send(
  options: {
    url?: string;
    method?: string;
    body?: AnyUpstreamRequest["body"];
    timeouts?: UpstreamRequest["timeouts"];
    onData?: (call: UpstreamCall, total: number) => void;
  } = {},
): { call: UpstreamCall; outcome: Promise<Outcome> } {
  const chunks: Buffer[] = [];
  let status = 0;
  let call: UpstreamCall | null = null;
  const outcome = new Promise<Outcome>((resolve) => {
    const settle = (failure: UpstreamFailure | null) => resolve({ status, body: Buffer.concat(chunks), failure });
    call = upstream.dispatch(
      {
        url: options.url ?? `${base}/v1/x?y=1`,
        headers: { "content-type": "application/json", authorization: "Bearer k" },
        ...(options.method ? { method: options.method } : {}),
        body: options.body === undefined ? [Buffer.from("{}")] : options.body,
        timeouts: options.timeouts ?? { firstByteMs: 5_000, idleMs: 5_000 },
      },
      {
        onHead: (code) => {
          status = code;
        },
        onData: (chunk) => {
          chunks.push(chunk);
          if (call) options.onData?.(call, Buffer.concat(chunks).length);
        },
        onEnd: () => settle(null),
        onError: settle,
      },
    );
  });
  return { call: call as unknown as UpstreamCall, outcome };
}

describe("dispatch", () => {
  it("sends the parts of a body as one, with its length", async () => {
    let seen = "";
    answer = (request, response, body) => {
      seen = `${request.method} ${request.url} ${request.headers["content-length"]} ${body.toString()}`;
      response.end("{}");
    };
    const parts = [Buffer.from('{"model":'), Buffer.from('"ä"'), Buffer.alloc(100_000, " "), Buffer.from("}")];
    expect((await send({ body: parts }).outcome).status).toBe(200);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    expect(seen).toBe(`POST /v1/x?y=1 ${length} ${Buffer.concat(parts).toString()}`);
  });

  it("sends any method, with a body or without", async () => {
    let seen = "";
    answer = (request, response, body) => {
      seen = `${request.method} ${request.headers["content-length"]} ${body.toString()}`;
      response.end("{}");
    };
    for (const [method, body, expected] of [
      ["GET", null, "GET undefined "],
      ["POST", null, "POST 0 "],
      ["DELETE", null, "DELETE undefined "],
      ["PATCH", [Buffer.from("ab")], "PATCH 2 ab"],
    ] as const) {
      expect((await send({ method, body: body ? [...body] : null }).outcome).status).toBe(200);
      expect(seen).toBe(expected);
    }
  });

  it.each([null, 9])("sends a body while it arrives, its length being %s", async (length) => {
    let seen = "";
    answer = (request, response, body) => {
      seen = `${request.headers["transfer-encoding"]} ${request.headers["content-length"]} ${body.toString()}`;
      response.end("{}");
    };
    async function* pieces() {
      for (const piece of ["one", "two", "six"]) yield await Promise.resolve(Buffer.from(piece));
    }
    expect((await send({ body: { pieces: pieces(), length } }).outcome).status).toBe(200);
    expect(seen).toBe(length === null ? "chunked undefined onetwosix" : "undefined 9 onetwosix");
  });

  it("breaks off what it sends when the body does, so that the provider cannot take it for whole", async () => {
    const broken = new Promise<unknown>((resolve) => server.once("request", (request) => request.on("error", resolve)));
    answer = (_request, response) => response.end("{}");
    async function* pieces() {
      yield await Promise.resolve(Buffer.from("one"));
      throw new Error("the client left");
    }
    expect((await send({ body: { pieces: pieces(), length: null } }).outcome).failure?.kind).toBe("cut");
    expect(await broken).toMatchObject({ code: "ECONNRESET" });
  });

  it("unpacks nothing where there is no body", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end();
    };
    expect(await send({ method: "HEAD", body: null }).outcome).toMatchObject({ status: 200, failure: null });
    answer = (_request, response) => {
      response.writeHead(304, { "content-encoding": "gzip" }).end();
    };
    expect(await send({ method: "GET", body: null }).outcome).toMatchObject({ status: 304, failure: null });
  });

  it.each([
    ["gzip", zlib.gzipSync],
    ["br", zlib.brotliCompressSync],
    ["zstd", zlib.zstdCompressSync],
    ["deflate", zlib.deflateSync],
  ])("undoes %s", async (encoding, compress) => {
    const plain = Buffer.from("data: 😀\n\n".repeat(5000));
    answer = (_request, response) => {
      response.setHeader("content-encoding", encoding);
      const packed = compress(plain);
      response.write(packed.subarray(0, 7));
      response.end(packed.subarray(7));
    };
    const { body, failure } = await send().outcome;
    expect(failure).toBeNull();
    expect(body.equals(plain)).toBe(true);
  });

  it("reports a compressed answer that is cut short", async () => {
    answer = (_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(zlib.gzipSync(Buffer.alloc(100_000, "x")).subarray(0, 60));
    };
    expect((await send().outcome).failure?.kind).toBe("cut");
  });

  it("holds the provider back while the caller is paused, and loses nothing", async () => {
    const total = 8_000_000;
    answer = (_request, response) => {
      response.end(Buffer.alloc(total, "x"));
    };
    let paused = false;
    const { outcome } = send({
      onData: (call, got) => {
        if (paused || got < 100_000) return;
        paused = true;
        call.pause();
        setImmediate(() => call.resume());
      },
    });
    const { body, failure } = await outcome;
    expect(failure).toBeNull();
    expect(body.length).toBe(total);
    expect(paused).toBe(true);
  });

  it("closes the provider's connection when it is aborted, also before the first byte", async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (request, response) => {
        response.on("close", resolve);
        request.socket.on("close", resolve);
        arrived();
      };
    });
    let arrived = (): void => {};
    const received = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { call, outcome } = send();
    await received;
    call.abort();
    expect((await outcome).failure?.kind).toBe("aborted");
    await closed;
  });

  it("waits as long as it should, and not until a coarse timer comes round", async () => {
    answer = () => {};
    let isTooLate = false;
    const rival = setTimeout(() => {
      isTooLate = true;
    }, 1_350);
    const { failure } = await send({ timeouts: { firstByteMs: 1_100, idleMs: 5_000 } }).outcome;
    clearTimeout(rival);
    expect([failure?.kind, isTooLate]).toEqual(["first-byte-timeout", false]);
  });

  it("does not take its own lateness for the provider's silence", async () => {
    answer = (_request, response) => {
      response.end("in time");
      const until = performance.now() + 200;
      while (performance.now() < until);
    };
    const { body, failure } = await send({ timeouts: { firstByteMs: 100, idleMs: 100 } }).outcome;
    expect([body.toString(), failure]).toEqual(["in time", null]);
  });

  it("does not blame a provider that it does not listen to", async () => {
    answer = (_request, response) => {
      response.write("one");
      setTimeout(() => response.end("two"), 250);
    };
    let paused = false;
    const { body, failure } = await send({
      timeouts: { firstByteMs: 5_000, idleMs: 60 },
      onData(call) {
        if (paused) return;
        paused = true;
        call.pause();
        setTimeout(() => call.resume(), 280);
      },
    }).outcome;
    expect([body.toString(), failure]).toEqual(["onetwo", null]);
  });

  it("tells apart: nobody there, no first byte, silence in the middle, a cut", async () => {
    const free = await new Promise<number>((resolve) => {
      const probe: Server = createTcpServer().listen(0, "127.0.0.1", () => {
        const { port } = probe.address() as AddressInfo;
        probe.close(() => resolve(port));
      });
    });
    expect((await send({ url: `http://127.0.0.1:${free}/` }).outcome).failure).toMatchObject({
      kind: "connect",
      detail: "the connection was refused",
    });
    expect((await send({ url: "http://name.invalid/" }).outcome).failure?.kind).toBe("connect");

    answer = () => {};
    expect((await send({ timeouts: { firstByteMs: 50, idleMs: 5_000 } }).outcome).failure?.kind).toBe(
      "first-byte-timeout",
    );

    answer = (_request, response) => void response.write("data: 1\n\n");
    expect((await send({ timeouts: { firstByteMs: 5_000, idleMs: 50 } }).outcome).failure?.kind).toBe("idle-timeout");

    answer = (request, response) => {
      response.write("data: 1\n\n", () => request.socket.destroy());
    };
    const cut = await send().outcome;
    expect(cut.failure?.kind).toBe("cut");
    expect(cut.body.toString()).toBe("data: 1\n\n");
  });
});
