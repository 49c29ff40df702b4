import http from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readHead } from "../../../../src-gateway/server/lane/read-head.ts";

const head = (...lines: string[]): string => `${lines.join("\r\n")}\r\n\r\n`;
const usual = (...lines: string[]): string =>
  head("POST /v1/messages HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 2", ...lines);

describe("the head of a usual request", () => {
  it("is read", () => {
    const text = head(
      "POST /v1/messages?beta=true HTTP/1.1",
      "Host: 127.0.0.1:8081",
      "X-API-Key:tok_1",
      "user-agent: claude-cli/2.0 (external, cli)",
      "Content-Length: 0",
      "CONNECTION: Close",
    );
    expect(readHead(text)).toEqual({
      url: "/v1/messages?beta=true",
      headers: {
        host: "127.0.0.1:8081",
        "x-api-key": "tok_1",
        "user-agent": "claude-cli/2.0 (external, cli)",
        "content-length": "0",
        connection: "Close",
      },
      bodyBytes: 0,
      isLast: true,
    });
  });

  it("says how long the body is", () => {
    expect(readHead(usual())?.bodyBytes).toBe(2);
    expect(readHead(head("POST /a HTTP/1.1", "host: a", "content-length: 123456789012345"))?.bodyBytes).toBe(
      123456789012345,
    );
  });

  it.each([
    ["another method", usual().replace("POST", "PUT")],
    ["a method in small letters", usual().replace("POST", "post")],
    ["HTTP/1.0", usual().replace("HTTP/1.1", "HTTP/1.0")],
    ["HTTP/1.10", usual().replace("HTTP/1.1", "HTTP/1.10")],
    ["no version", usual().replace(" HTTP/1.1", "")],
    ["two spaces before the target", usual().replace("POST /", "POST  /")],
    ["two spaces behind the target", usual().replace(" HTTP", "  HTTP")],
    ["a tab in the first line", usual().replace(" HTTP", "\tHTTP")],
    ["an absolute target", usual().replace("/v1/messages", "http://127.0.0.1/v1/messages")],
    ["an asterisk", usual().replace("/v1/messages", "*")],
    ["a fragment", usual().replace("/v1/messages", "/v1/messages#a")],
    ["a letter beyond ASCII in the target", usual().replace("/v1/messages", "/v1/m\xe4ssages")],
    ["a NUL in the target", usual().replace("/v1/messages", "/v1/\0messages")],
    ["a line feed alone", usual().replace("\r\nHost", "\nHost")],
    ["a carriage return alone", usual().replace("\r\nHost", "\rHost")],
    ["an empty line before it", `\r\n${usual()}`],
    ["a line that is folded", usual("X-A: 1", " 2")],
    ["a line that is folded with a tab", usual("X-A: 1", "\t2")],
    ["a space before the colon", usual("X-A : 1")],
    ["a name of nothing", usual(": 1")],
    ["a line without a colon", usual("X-A")],
    ["a value of nothing", usual("X-A:")],
    ["a value of a blank", usual("X-A: ")],
    ["two blanks before a value", usual("X-A:  1")],
    ["a blank behind a value", usual("X-A: 1 ")],
    ["a tab in a value", usual("X-A: 1\t2")],
    ["a NUL in a value", usual("X-A: 1\x002")],
    ["a DEL in a value", usual("X-A: 1\x7f2")],
    ["a letter beyond ASCII in a value", usual("X-A: \xe4")],
    ["a carriage return in a value", usual("X-A: 1\r2")],
    ["a line feed in a value", usual("X-A: 1\nX-B: 2")],
    ["a sign in a name", usual("X(A): 1")],
    ["a name that comes twice", usual("X-A: 1", "x-a: 1")],
    ["two lengths", usual("Content-Length: 2")],
    ["two hosts", usual("host: 127.0.0.1")],
    ["no host", usual().replace("Host: 127.0.0.1\r\n", "")],
    ["no length", usual().replace("Content-Length: 2\r\n", "")],
    ...["+2", "-2", "0x2", "02", "00", "2,2", "2, 2", "2.0", "2 ", "2e0", "1234567890123456", "2;a"].map((length) => [
      `a length of "${length}"`,
      usual().replace("Content-Length: 2", `Content-Length: ${length}`),
    ]),
    ...["Transfer-Encoding: chunked", "Transfer-encoding: identity", "TE: trailers", "Trailer: X-A"].map(named),
    ...["Expect: 100-continue", "Upgrade: websocket", "Connection: upgrade", "Connection: close, te"].map(named),
    ...["Connection: keep-alive, close", "Proxy-Connection: close", "Keep-Alive: timeout=5"].map(named),
    ...["Origin: http://127.0.0.1", "Sec-Fetch-Site: cross-site", "Access-Control-Request-Method: POST"].map(named),
    ...["__proto__: 1", "constructor: 1", "HTTP2-Settings: AAA"].map(named),
    ["too many lines", usual(...Array.from({ length: 63 }, (_, at) => `X-${at}: 1`))],
  ])("is not one with %s", (_name, text) => {
    expect(readHead(text)).toBeNull();
  });

  function named(line: string): [string, string] {
    return [`"${line}"`, usual(line)];
  }
});

/** What `node:http` makes of the same bytes. */
let got: { url: string; headers: [string, unknown][]; body: string }[] = [];
let broken = 0;
const server = http.createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const headers = Object.entries(request.headers);
    got.push({ url: `${request.method} ${request.url}`, headers, body: Buffer.concat(chunks).toString("latin1") });
    response.end();
  });
});
server.on("clientError", (_error, socket) => {
  broken++;
  socket.destroy();
});
let socket: Socket;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => {});
});
afterAll(() => {
  socket.destroy();
  server.close();
});

/** Mostly of the one kind, and now and then of the other. */
const letters = (often: string, seldom: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof({ arbitrary: fc.constantFrom(...often), weight: 60 }, fc.constantFrom(...seldom)),
    minLength: 1,
    maxLength,
  });
const line = fc.oneof(
  {
    arbitrary: fc
      .tuple(
        letters("abcdefXYZ-_.019", "!#'*+^`|~ \t", 12),
        letters("ab09,;=\"'(){}<>@[]\\/:?%&+!#$^`|~", " \t\xe4", 14),
      )
      .map(([name, value]) => `${name}: ${value}`),
    weight: 12,
  },
  fc.constantFrom("Accept: */*", "Connection: keep-alive", "connection: close", "X-A:1", "User-Agent: a (b; c) d/1.0"),
  fc.constantFrom("Content-Length: 3", "Transfer-Encoding: chunked", "Expect: 100-continue", " folded"),
);
/** Bytes that mean something to one parser or another. */
const odd = fc.constantFrom(
  "\r",
  "\n",
  "\r\n",
  "\0",
  " ",
  "\t",
  ":",
  "\x0b",
  "\x7f",
  "\xa0",
  "\xff",
  ",",
  "0",
  "#",
  "%",
);
const mutation = fc.record({ at: fc.nat(1_000), drop: fc.nat(2), put: fc.option(odd, { nil: "" }) });

const request = fc
  .record({
    target: letters("abv1/:?&=%+,@~!$*.-_", "#;'()[]{}\"<>\\^`| ", 20),
    lines: fc.array(line, { maxLength: 4 }),
    body: fc.string({ maxLength: 20 }),
    mutations: fc.array(mutation, { maxLength: 2 }),
  })
  .map(({ target, lines, body, mutations }) => {
    const size = Buffer.byteLength(body);
    let text = head(`POST /${target} HTTP/1.1`, "Host: a", `Content-Length: ${size}`, ...lines);
    for (const { at, drop, put } of mutations) {
      const where = at % text.length;
      text = text.slice(0, where) + put + text.slice(where + drop);
    }
    return { text, body: Buffer.from(body).toString("latin1") };
  });

describe("whatever is read as usual", () => {
  it("is read as the same by node:http", async () => {
    let accepted = 0;
    const property = fc.asyncProperty(request, async ({ text, body }) => {
      const end = text.indexOf("\r\n\r\n") + 4;
      const read = end < 4 ? null : readHead(text.slice(0, end));
      if (read === null || read.bodyBytes > 1_000) return;
      accepted++;
      const bytes = (text.slice(end) + body).slice(0, read.bodyBytes).padEnd(read.bodyBytes, "x");
      got = [];
      if (socket.destroyed) socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      const answered = new Promise<void>((resolve) => {
        socket.once("data", () => resolve());
        socket.once("close", () => resolve());
      });
      socket.write(Buffer.from(text.slice(0, end) + bytes, "latin1"));
      await answered;
      expect(got).toEqual([{ url: `POST ${read.url}`, headers: Object.entries(read.headers), body: bytes }]);
      socket.removeAllListeners("data").removeAllListeners("close");
      socket.resume();
      if (!read.isLast) return;
      const last = socket;
      if (!last.destroyed) await new Promise((resolve) => void last.once("close", resolve).destroy());
    });
    await fc.assert(property, { numRuns: 3_000 });
    expect(broken).toBe(0);
    // Enough of them got so far that this says something.
    expect(accepted).toBeGreaterThan(300);
  });
});
