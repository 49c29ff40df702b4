/** Answers of HTTP/1.1 as bytes, right ones and wrong ones, and what becomes of them. */
import { type AddressInfo, createServer, type Server } from "node:net";
import fc from "fast-check";
import { Agent } from "undici";
import { AnswerParser } from "../../src-gateway/upstream/http1/answer-parser.ts";
import { HeadMemory } from "../../src-gateway/upstream/http1/head-memory.ts";

export interface Understood {
  outcome: "whole" | "refused" | "open";
  status: number | null;
  headers: Record<string, string | string[] | undefined>;
  /** In Latin-1. */
  body: string;
  /** Why it was refused. */
  problem: string;
}

/** As the gateway's own parser understands the pieces, and then the end of the connection. */
export function understand(
  pieces: readonly Buffer[],
  { ends = true, maxHeadBytes = 16_384, memory = new HeadMemory() } = {},
): Understood & { mayGoOn: boolean } {
  const parser = new AnswerParser(memory, maxHeadBytes);
  const seen: Understood = { outcome: "open", status: null, headers: {}, body: "", problem: "" };
  parser.begin({
    onHead: (status, headers) => Object.assign(seen, { status, headers }),
    onBody(chunk) {
      seen.body += chunk.toString("latin1");
    },
    onEnd() {
      seen.outcome = "whole";
    },
  });
  // As from a socket: one buffer that is used again and again.
  const shared = Buffer.alloc(Math.max(0, ...pieces.map(({ length }) => length)));
  try {
    for (const piece of pieces) {
      piece.copy(shared);
      parser.execute(shared, 0, piece.length);
      shared.fill(0xee, 0, piece.length);
    }
    if (ends) parser.finish();
  } catch (error) {
    seen.outcome = "refused";
    seen.problem = (error as Error).message;
  }
  return { ...seen, mayGoOn: parser.mayGoOn && !parser.hasExtra && !parser.isClosed };
}

export interface Undici {
  /** As undici understands the pieces, sent over a socket, and then the end of the connection. */
  understand(pieces: readonly Buffer[]): Promise<Understood>;
  close(): Promise<void>;
}

export async function startUndici(): Promise<Undici> {
  let pieces: readonly Buffer[] = [];
  const server: Server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.once("data", () => {
      let next = 0;
      const send = (): void => {
        const piece = pieces[next++];
        if (piece === undefined) socket.end();
        else socket.write(piece, () => setImmediate(send));
      };
      send();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    async understand(given) {
      pieces = given;
      const agent = new Agent({ pipelining: 1, allowH2: false });
      const seen: Understood = { outcome: "open", status: null, headers: {}, body: "", problem: "" };
      await new Promise<void>((resolve) => {
        agent.dispatch(
          { origin, path: "/", method: "GET" },
          {
            onRequestStart() {},
            onResponseStart(_controls, status, headers) {
              if (status >= 200) Object.assign(seen, { status, headers });
            },
            onResponseData(_controls, chunk) {
              seen.body += chunk.toString("latin1");
            },
            onResponseEnd() {
              seen.outcome = "whole";
              resolve();
            },
            onResponseError(_controls, error) {
              seen.outcome = "refused";
              seen.problem = error.message;
              resolve();
            },
          },
        );
      });
      await agent.destroy();
      return seen;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Cut at these places. */
export function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index])).filter(({ length }) => length > 0);
}

const usually = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });

const statusLine = fc
  .tuple(
    usually("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.2", "http/1.1", "HTTP/11"),
    usually("200", "201", "204", "304", "404", "500", "600", "999", "099", "99", "2000"),
    usually(" OK", "", " ", " \xff", " O\tK", "\tOK", " \x01"),
  )
  .map(([version, status, reason]) => `${version} ${status}${reason}\r\n`);

const header = fc
  .tuple(
    usually("Date", "A", "a", "x-request-id", "set-cookie", "__proto__", "constructor", "Bad Name", "", "Ä", "Upgrade"),
    usually(":", ": ", ":\t ", " :", ""),
    usually("value", "", "a  b", "b ", "\xe4", "\x00", "\x7f", "1\n2", "a\r\n folded"),
    usually("\r\n", "\n", "\r", "\r\n "),
  )
  .map((parts) => parts.join(""));

const connection = fc.constantFrom("", "Connection: close\r\n", "Connection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n");

const chunk = fc
  .tuple(
    fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 20 }),
    usually("", ";a", ";a=b", ';a="b c"', "; a", ";", " ", ";a=", "\t"),
    usually("\r\n", "\n", "\r"),
    usually("\r\n", "\n", "x\r\n", ""),
  )
  .map(([text, extension, end, after]) => `${text.length.toString(16)}${extension}${end}${text}${after}`);

const trailers = usually(
  "",
  "T: u\r\n",
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
  "bad\r\n",
  " x: y\r\n",
);

const body = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 60 }).map((text) => ["", text]),
  fc
    .tuple(fc.string({ unit: "binary-ascii", maxLength: 60 }), usually(0, 1, -1), usually("", "0", "+", " ", "1, "))
    .map(([text, off, before]) => [`Content-Length: ${before}${Math.max(0, text.length + off)}\r\n`, text]),
  fc
    .tuple(
      usually("chunked", "Chunked", "chunked ", "gzip, chunked", "identity", "chunked, gzip", "xchunked"),
      fc.array(chunk, { maxLength: 4 }),
      usually("0", "000", "0;x", "", "-0"),
      trailers,
      usually("\r\n", "", "\n"),
      usually("", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"),
    )
    .map(([coding, chunks, last, more, end, twice]) => [
      `Transfer-Encoding: ${coding}\r\n${twice}`,
      `${chunks.join("")}${last}\r\n${more}${end}`,
    ]),
);

const edit = fc.record({
  at: fc.nat(2_000),
  /** How many bytes are taken away. */
  gone: fc.nat(2),
  put: fc.constantFrom("", "\r", "\n", "\r\n", " ", "\t", "\0", ":", ";", "0", "5", "a", "\xff", "\r\n\r\n"),
});

/** Nearly right ones, with and without a few bytes changed. */
export const rawAnswer: fc.Arbitrary<Buffer> = fc
  .record({
    before: usually("", "\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
    statusLine,
    first: fc.array(header, { maxLength: 4 }),
    body,
    last: fc.array(header, { maxLength: 2 }),
    connection,
    after: usually("", "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "x"),
    edits: fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 2 })),
  })
  .map((parts) => {
    const head = parts.before + parts.statusLine + parts.first.join("") + parts.body[0] + parts.last.join("");
    let text = `${head}${parts.connection}\r\n${parts.body[1]}${parts.after}`;
    for (const { at, gone, put } of parts.edits) {
      const place = at % (text.length + 1);
      text = text.slice(0, place) + put + text.slice(place + gone);
    }
    return Buffer.from(text, "latin1");
  });
