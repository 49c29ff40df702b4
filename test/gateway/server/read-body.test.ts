import http from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GatewayError } from "../../../src-gateway/ir/errors.ts";
import { HttpArrival } from "../../../src-gateway/server/http-arrival.ts";
import { type BodyBudget, ClientGone, readBody } from "../../../src-gateway/server/read-body.ts";

const LIMIT = 100_000;
const budget: BodyBudget = { heldBytes: 0, maxBytes: 250_000 };
/** What the server made of the newest request. */
let outcomes: (Buffer | Error)[] = [];
let arrived: () => void = () => {};

const server = http.createServer((request, response) => {
  const read = async () => await readBody(new HttpArrival(request, response), LIMIT, budget);
  read().then(
    (held) => {
      outcomes.push(held.bytes);
      held.release();
      response.end("ok");
      arrived();
    },
    (error: unknown) => {
      outcomes.push(error as Error);
      response.statusCode = error instanceof GatewayError ? error.status : 500;
      response.end(error instanceof GatewayError ? error.code : "");
      request.resume();
      arrived();
    },
  );
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());

async function post(
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; got: Buffer | Error | undefined }> {
  outcomes = [];
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: new Uint8Array(body), headers });
  return { status: response.status, text: await response.text(), got: outcomes[0] };
}

const text = Buffer.from(JSON.stringify({ model: "m", text: "äöü 😀 ".repeat(2000) }));

describe("readBody", () => {
  it.each([
    ["identity", (data: Buffer) => data],
    ["gzip", zlib.gzipSync],
    ["x-gzip", zlib.gzipSync],
    ["br", zlib.brotliCompressSync],
    ["deflate", zlib.deflateSync],
    ["deflate", zlib.deflateRawSync],
    ["zstd", zlib.zstdCompressSync],
    ["GZip", zlib.gzipSync],
  ])("takes %s and gives back the original bytes", async (encoding, compress) => {
    const { status, got } = await post(compress(text), { "content-encoding": encoding });
    expect(status).toBe(200);
    expect(text.equals(got as Buffer)).toBe(true);
    expect(budget.heldBytes).toBe(0);
  });

  it.each(["gzip", "br", "deflate", "zstd"])("refuses a body that only says that it is %s", async (encoding) => {
    expect(await post(text, { "content-encoding": encoding })).toMatchObject({ status: 400, text: "invalid_encoding" });
  });

  it("refuses encodings that it does not know", async () => {
    expect(await post(text, { "content-encoding": "lzma" })).toMatchObject({
      status: 415,
      text: "unsupported_content_encoding",
    });
    expect(await post(text, { "content-encoding": "gzip, gzip" })).toMatchObject({ status: 415 });
  });

  it.each([
    ["gzip", zlib.gzipSync],
    ["br", zlib.brotliCompressSync],
    ["zstd", zlib.zstdCompressSync],
    ["deflate", zlib.deflateSync],
  ])("stops a %s bomb at the limit", async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(20_000_000, "a"));
    expect(bomb.length).toBeLessThan(LIMIT);
    expect(await post(bomb, { "content-encoding": encoding })).toMatchObject({ status: 413, text: "body_too_large" });
    expect(budget.heldBytes).toBe(0);
  });

  it("refuses what is too large, announced or not", async () => {
    expect(await post(Buffer.alloc(LIMIT + 1, "a"))).toMatchObject({ status: 413, text: "body_too_large" });
    expect(await post(Buffer.alloc(LIMIT, "a"))).toMatchObject({ status: 200 });
    const chunked = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 3; n++) controller.enqueue(new Uint8Array(LIMIT / 2));
        controller.close();
      },
    });
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      body: chunked,
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(budget.heldBytes).toBe(0);
  });

  it("refuses bytes that are not UTF-8", async () => {
    expect(await post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))).toMatchObject({
      status: 400,
      text: "invalid_encoding",
    });
  });

  it("tells a client that left, and gives its room back", async () => {
    outcomes = [];
    const done = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n{", () => socket.destroy());
    });
    await done;
    expect(outcomes[0]).toBeInstanceOf(ClientGone);
    expect(budget.heldBytes).toBe(0);
  });

  it("admits only as many bytes at once as the budget holds", async () => {
    budget.heldBytes = 200_000;
    try {
      expect(await post(Buffer.alloc(60_000, "a"))).toMatchObject({ status: 503, text: "overloaded" });
      expect(await post(Buffer.alloc(40_000, "a"))).toMatchObject({ status: 200 });
      expect(budget.heldBytes).toBe(200_000);
    } finally {
      budget.heldBytes = 0;
    }
  });
});
