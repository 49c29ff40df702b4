import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamFailure } from "../../../../src-gateway/exchange/types.ts";
import { createUpstream, type Upstream } from "../../../../src-gateway/upstream/dispatch.ts";
import type { Http1Client } from "../../../../src-gateway/upstream/http1/client.ts";
import type { AnyUpstreamRequest } from "../../../../src-gateway/upstream/types.ts";
import { type ByteServer, startByteServer, whole } from "../../../support/byte-server.ts";
import { newClient } from "./asking.ts";

let server: ByteServer;
const client = newClient();
const agent = new Agent({ pipelining: 1, allowH2: false });
let taken = 0;
const watched: Http1Client = {
  ...client,
  send(request, listener) {
    const isTaken = client.send(request, listener);
    if (isTaken) taken++;
    return isTaken;
  },
};
const ours = createUpstream({ connectMs: 500, ways: { to: () => agent, straightTo: () => watched } });
const theirs = createUpstream({ connectMs: 500, ways: { to: () => agent, straightTo: () => null } });

beforeAll(async () => {
  server = await startByteServer(({ socket }) => void socket.write(whole("ok")));
});
afterAll(async () => {
  await client.close();
  await agent.destroy();
  await server.close();
});

/** What went over the wire, or why nothing did. */
async function sent(upstream: Upstream, request: Partial<AnyUpstreamRequest>): Promise<string | UpstreamFailure> {
  const before = server.requests.length;
  const failure = await new Promise<UpstreamFailure | null>((resolve) => {
    upstream.dispatch(
      {
        url: `http://127.0.0.1:${server.port}/v1/x?y=1`,
        headers: {},
        body: [Buffer.from("{}")],
        timeouts: { firstByteMs: 5_000, idleMs: 5_000 },
        ...request,
      },
      { onHead() {}, onData() {}, onEnd: () => resolve(null), onError: resolve },
    );
  });
  return failure ?? server.requests[before]?.text ?? "nothing";
}

const parts = [Buffer.from('{"model":'), Buffer.alloc(0), Buffer.from('"ä"}')];
const HEADERS = { "content-type": "application/json", Authorization: "Bearer k", "X-Empty": "", "x-latin": "\xe4 \t" };

describe("a request on the wire", () => {
  it.each<[string, Partial<AnyUpstreamRequest>]>([
    ["one part", { headers: HEADERS }],
    ["several parts", { headers: HEADERS, body: parts }],
    ["a large part", { headers: HEADERS, body: [Buffer.alloc(100_000, "x"), Buffer.from("y")] }],
    ["an empty part", { body: [Buffer.alloc(0)] }],
    ["no part", { body: [] }],
    ["no body", { body: null }],
    ["GET", { method: "GET", body: null, headers: HEADERS }],
    ["DELETE", { method: "DELETE", body: null }],
    ["PUT", { method: "PUT" }],
    ["PATCH without a body", { method: "PATCH", body: null }],
    ["another path", { url: "http://127.0.0.1:PORT/%C3%A4/ö?q=a b&c=%20#no" }],
    ["a name instead of an address", { url: "http://localhost:PORT/" }],
  ])("is what undici would have sent: %s", async (_name, request) => {
    const given = request.url === undefined ? {} : { url: request.url.replace("PORT", String(server.port)) };
    const expected = await sent(theirs, { ...request, ...given });
    expect(expected).toMatch(/^[A-Z]+ \/.* HTTP\/1\.1\r\nhost: /);
    const before = taken;
    // The second time the head is known.
    for (let n = 0; n < 2; n++) expect(await sent(ours, { ...request, ...given })).toBe(expected);
    expect(taken).toBe(before + 2);
  });

  it.each<[string, Partial<AnyUpstreamRequest>]>([
    ["a host of its own", { headers: { Host: "other.example" } }],
    ["a wish for the connection", { headers: { connection: "close" } }],
    ["a length of its own", { headers: { "content-length": "2" } }],
    ["a wrong length", { headers: { "content-length": "3" } }],
    ["a coding of its own", { headers: { "transfer-encoding": "chunked" } }],
    ["an upgrade", { headers: { upgrade: "h2c" } }],
    ["an expectation", { headers: { expect: "100-continue" } }],
    ["a line end in a value", { headers: { a: "b\r\nc: d" } }],
    ["NUL in a value", { headers: { a: "\0" } }],
    ["more than Latin-1 in a value", { headers: { a: "€" } }],
    ["a space in a name", { headers: { "a b": "c" } }],
    ["an empty name", { headers: { "": "c" } }],
    ["HEAD", { method: "HEAD", body: null }],
    ["GET with a body", { method: "GET" }],
    ["a method that nobody knows", { method: "BREW" }],
    ["a method that is none", { method: "A B" }],
  ])("is left to undici: %s", async (_name, request) => {
    const before = taken;
    const expected = await sent(theirs, request);
    const got = await sent(ours, request);
    expect(typeof got === "string" ? got : { ...got, cause: null }).toEqual(
      typeof expected === "string" ? expected : { ...expected, cause: null },
    );
    expect(taken).toBe(before);
  });

  it("is not mixed up with another one that is nearly the same", async () => {
    const of = (headers: Record<string, string>): Promise<string | UpstreamFailure> => sent(ours, { headers });
    for (let round = 0; round < 3; round++)
      for (const headers of [
        { a: "1", b: "2" },
        { b: "2", a: "1" },
        { a: "1", b: "3" },
        { a: "1" },
        { A: "1", b: "2" },
        ...Array.from({ length: 12 }, (_, n) => ({ a: "1", b: String(n) })),
      ]) {
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        expect(await of(headers)).toContain(`keep-alive\r\n${lines.join("")}content-length: 2\r\n\r\n{}`);
      }
  });
});
