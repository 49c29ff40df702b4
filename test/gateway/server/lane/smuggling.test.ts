/**
 * Attempts to make two parsers see different requests in the same bytes. With the lane in front of it each must come to the
 * same as with `node:http` alone: the same requests behind the door, and the same bytes back.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { call, openDoor, type Seen, usual } from "../../../support/lane-door.ts";

const PATH = "/v1/chat/completions";
const post = (...lines: string[]): string =>
  [`POST ${PATH} HTTP/1.1`, "Host: 127.0.0.1", ...lines, "", ""].join("\r\n");
const json = "Content-Type: application/json";
/** Hidden in the body of another, it must not be seen as one. */
const hidden = usual({ url: "/v1/embeddings", body: '{"hidden":1}' });
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunked = (text: string): string => `${chunk(text)}0\r\n\r\n`;
/** What an honest client sends next on the same connection. */
const next = usual({ body: '{"next":1}', isLast: true });
const two = usual({ body: '{"a":1}' });

const lengths = [
  "+5",
  "-5",
  " 5",
  "5 ",
  "05",
  "0005",
  "0x5",
  "5,5",
  "5, 5",
  "5;5",
  "5.0",
  "5e0",
  "0b101",
  "٥",
  "",
  " ",
  "\t5",
];
const encodings = [
  "chunked",
  "Chunked",
  " chunked",
  "chunked ",
  "\tchunked",
  "xchunked",
  "identity",
  "chunked, identity",
];
const oddEncodings = ["gzip, chunked", "chunked, chunked", "chunked;a=b", "", "\x0bchunked", "chunked\x00"];

type Bytes = string | Buffer | string[];

/** What comes in several pieces comes piece by piece, each when the one before is answered. */
const attempts: [string, Bytes][] = [
  ["two plain requests in one packet", two + next],
  ["five requests in one packet", two.repeat(4) + next],
  ["a body that looks like a request", usual({ body: hidden }) + next],
  ["a length and chunks", post(json, "Content-Length: 5", "Transfer-Encoding: chunked") + chunked("{}") + next],
  ["chunks and a length", post(json, "Transfer-Encoding: chunked", "Content-Length: 5") + chunked("{}") + next],
  [
    "chunks and a length that ends early",
    post(json, "Content-Length: 4", "Transfer-Encoding: chunked") + chunked(hidden),
  ],
  ["chunks behind a usual one", two + post(json, "Transfer-Encoding: chunked") + chunked("{}") + next],
  ["chunks with an extension", post(json, "Transfer-Encoding: chunked") + `2;a=b\r\n{}\r\n0\r\n\r\n${next}`],
  [
    "chunks with a trailer",
    post(json, "Transfer-Encoding: chunked") + `2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n${next}`,
  ],
  ["chunks with a bare line feed", post(json, "Transfer-Encoding: chunked") + `2\n{}\n0\n\n${next}`],
  ["chunks of a size with a sign", post(json, "Transfer-Encoding: chunked") + `+2\r\n{}\r\n0\r\n\r\n${next}`],
  ["chunks of a size with 0x", post(json, "Transfer-Encoding: chunked") + `0x2\r\n{}\r\n0\r\n\r\n${next}`],
  ["chunks of a huge size", post(json, "Transfer-Encoding: chunked") + `fffffffffffffffff\r\n{}\r\n0\r\n\r\n${next}`],
  ["two lengths that agree", post(json, "Content-Length: 2", "Content-Length: 2") + `{}${next}`],
  ["two lengths that do not", post(json, "Content-Length: 2", "Content-Length: 40") + `{}${next}`],
  ["two lengths, the second in other letters", post(json, "Content-Length: 2", "content-LENGTH: 40") + `{}${next}`],
  ...lengths.map((length): [string, Buffer] => [
    `a length of "${length}"`,
    Buffer.from(post(json, `Content-Length:${length}`) + `{"a"}${next}`),
  ]),
  ["a length beyond all numbers", post(json, "Content-Length: 99999999999999999999") + `{}${next}`],
  ["a length larger than is taken", post(json, "Content-Length: 999999999") + `{}${next}`],
  ...[...encodings, ...oddEncodings].map((encoding): [string, string] => [
    `a transfer encoding of "${encoding}"`,
    post(json, `Transfer-Encoding:${encoding}`) + chunked("{}") + next,
  ]),
  [
    "two transfer encodings",
    post(json, "Transfer-Encoding: chunked", "Transfer-Encoding: identity") + chunked("{}") + next,
  ],
  [
    "a transfer encoding in a folded line",
    post(json, "X-A: b", " Transfer-Encoding: chunked", "Content-Length: 2") + `{}${next}`,
  ],
  ["a folded length", post(json, "Content-Length:", " 2") + `{}${next}`],
  ["a space before the colon of a length", post(json, "Content-Length : 2") + `{}${next}`],
  ["a tab before the colon of a length", post(json, "Content-Length\t: 2") + `{}${next}`],
  ["a NUL in a name", post(json, "Content-Length\0: 40", "Content-Length: 2") + `{}${next}`],
  ["a NUL in a value", post(json, "X-A: \0", "Content-Length: 2") + `{}${next}`],
  ["a line feed alone in the head", post(json, "X-A: b\nContent-Length: 40", "Content-Length: 2") + `{}${next}`],
  ["a carriage return alone in the head", post(json, "X-A: b\rContent-Length: 40", "Content-Length: 2") + `{}${next}`],
  ["a head of bare line feeds", post(json, "Content-Length: 2").replaceAll("\r\n", "\n") + `{}${next}`],
  ["a head that a bare line feed ends", post(json, "Content-Length: 2").replace(/\r\n$/, "\n") + `{}${next}`],
  ["an underscore in the length's name", post(json, "Content_Length: 40", "Content-Length: 2") + `{}${next}`],
  ["an absolute target", usual().replace(PATH, `http://127.0.0.1${PATH}`) + next],
  ["an absolute target of another host", usual().replace(PATH, `http://evil.example${PATH}`) + next],
  ["a target of two slashes", usual().replace(PATH, `//evil.example${PATH}`) + next],
  ["a target with a space", usual().replace(PATH, `${PATH} HTTP/1.1`) + next],
  ["a target with a fragment", usual().replace(PATH, `${PATH}#a`) + next],
  ["a target beyond ASCII", Buffer.from(usual().replace(PATH, `${PATH}?a=\xe4`) + next, "latin1")],
  ["an encoded target", usual().replace("/v1/chat", "/v1/%63hat") + next],
  ["a target with dots", usual().replace("/v1/", "/v1/../v1/") + next],
  ["HTTP/1.0", usual().replace("HTTP/1.1", "HTTP/1.0") + next],
  ["HTTP/0.9", `POST ${PATH}\r\n\r\n${next}`],
  ["HTTP/2.0", usual().replace("HTTP/1.1", "HTTP/2.0") + next],
  ["the preface of HTTP/2", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${next}`],
  ["two hosts", usual({ lines: ["Host: evil.example"] }) + next],
  ["a foreign host", usual().replace("Host: 127.0.0.1", "Host: evil.example") + next],
  ["no host", usual().replace("Host: 127.0.0.1\r\n", "") + next],
  ["a foreign origin", usual({ lines: ["Origin: https://evil.example"] }) + next],
  ["an allowed origin", usual({ lines: ["Origin: https://page.example"] }) + next],
  ["a page of another site", usual({ lines: ["Sec-Fetch-Site: cross-site"] }) + next],
  ["an expectation", usual({ lines: ["Expect: 100-continue"] }) + next],
  ["an unknown expectation", usual({ lines: ["Expect: more"] }) + next],
  ["an upgrade", usual({ lines: ["Connection: upgrade", "Upgrade: websocket"] }) + next],
  ["an upgrade that the connection does not name", usual({ lines: ["Upgrade: h2c"] }) + next],
  ["a connection of two words", usual({ lines: ["Connection: keep-alive, close"] }) + next],
  ["a proxy's connection", usual({ lines: ["Proxy-Connection: close"] }) + next],
  ["an empty line first", `\r\n${two}\r\n\r\n${next}`],
  ["nothing of HTTP behind a request", [two, `garbage${next}`]],
  ["line breaks between requests", `${two}\r\n\r\n${next}`],
  ["a method that is none", [two, `GARBAGE / HTTP/1.1\r\n\r\n${next}`]],
  ["another path between", `${two}GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${next}`],
  ["a HEAD between", `${two}HEAD /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${next}`],
  ["a GET with a body", `${two}GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}${next}`],
  ["a wrong method", `${two}DELETE ${PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${next}`],
  ["a CONNECT", [two, `CONNECT ${PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${next}`]],
  ["a prototype as a name", usual({ lines: ["__proto__: a", "constructor: b", "toString: c"] }) + next],
  ["a head of 20 KiB", usual({ lines: [`X-A: ${"a".repeat(20_000)}`] }) + next],
  ["a head of 100 KiB", usual({ lines: [`X-A: ${"a".repeat(100_000)}`] }) + next],
  ["a head of 1,900 lines", usual({ lines: Array.from({ length: 1_900 }, (_, at) => `X-${at}: 1`) }) + next],
  ["a head of 3,000 lines", usual({ lines: Array.from({ length: 3_000 }, (_, at) => `X-${at}: 1`) }) + next],
  ["a length of nothing", usual({ body: "" }) + next],
  ["TLS", Buffer.from("16030100a5010000a10303", "hex")],
  ["bytes that are nothing", Buffer.from("00ff0d0a0d0a", "hex")],
];

interface Outcome {
  said: string;
  seen: Omit<Seen, "by">[];
  by: string[];
}

async function tryIt(bytes: Bytes, hasLane: boolean): Promise<Outcome> {
  const door = await openDoor({ hasLane, clientHeadersMs: 5_000, clientBodyMs: 1 });
  const client = await call(door.port);
  const pieces = Array.isArray(bytes) ? bytes : [bytes];
  for (const [at, piece] of pieces.entries()) {
    await client.send(piece);
    if (at < pieces.length - 1) await client.hears(/200 OK[^]*\{.*\}/);
  }
  const said = await client.closed;
  await door.close();
  return {
    said,
    seen: door.seen.map(({ url, headers, body }) => ({ url, headers, body })),
    by: door.seen.map(({ by }) => by),
  };
}

describe("an attempt to smuggle a request", () => {
  const outcomes = new Map<string, { lane: Outcome; alone: Outcome }>();
  beforeAll(async () => {
    const run = async ([name, bytes]: [string, Bytes]): Promise<void> => {
      const [lane, alone] = await Promise.all([tryIt(bytes, true), tryIt(bytes, false)]);
      outcomes.set(name, { lane, alone });
    };
    await Promise.all(attempts.map(run));
  }, 60_000);

  it.each(attempts.map(([name]) => name))("comes to the same with the lane: %s", (name) => {
    const outcome = outcomes.get(name);
    expect(outcome?.lane.seen).toEqual(outcome?.alone.seen);
    expect(outcome?.lane.said).toBe(outcome?.alone.said);
    expect(outcome?.alone.by).not.toContain("lane");
  });

  it("behind a request in the same packet is refused too, and that request is answered", async () => {
    const bytes = `${two}GARBAGE / HTTP/1.1\r\n\r\n`;
    const [lane, alone] = [await tryIt(bytes, true), await tryIt(bytes, false)];
    expect(lane.seen).toEqual(alone.seen);
    expect(alone.said).toMatch(/^HTTP\/1\.1 400 /);
    expect(lane.said.replace(/^HTTP\/1\.1 200 [^]*?\r\n\r\n\{"got":7\}/, "")).toBe(alone.said);
  });

  it("was tried where the lane took part", () => {
    expect(outcomes.get("five requests in one packet")?.lane.by).toEqual(Array.from({ length: 5 }, () => "lane"));
    expect(outcomes.get("chunks behind a usual one")?.lane.by).toEqual(["lane", "node:http", "node:http"]);
    expect(outcomes.get("a body that looks like a request")?.lane.by).toEqual(["lane", "lane"]);
  });
});
