/** A door of the gateway without a gateway behind it: with the lane before `node:http`, or with `node:http` alone. */
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { GatewayError } from "../../src-gateway/ir/errors.ts";
import { silentLogger } from "../../src-gateway/lib/logger.ts";
import type { Arrival } from "../../src-gateway/server/arrival.ts";
import { createGatewayServer, type GatewayServer } from "../../src-gateway/server/gateway-server.ts";
import { HttpArrival } from "../../src-gateway/server/http-arrival.ts";
import { LaneArrival } from "../../src-gateway/server/lane/lane-arrival.ts";
import { type BodyBudget, readBody } from "../../src-gateway/server/read-body.ts";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";

export const MAX_BODY_BYTES = 300_000;

export interface Seen {
  by: "lane" | "node:http";
  url: string;
  headers: [string, unknown][];
  body: string;
}

export interface Door {
  port: number;
  server: GatewayServer;
  /** The requests that came through whole, in order. */
  seen: Seen[];
  budget: BodyBudget;
  /** Of requests for which `finished` was asked. */
  close(): Promise<void>;
}

export interface DoorOptions {
  hasLane: boolean;
  /** Instead of the plain answer. */
  answer?(arrival: Arrival, door: Door): Promise<void> | void;
  clientHeadersMs?: number;
  clientBodyMs?: number;
  clientStallMs?: number;
  isTrustedProxy?(address: string): boolean;
}

export async function openDoor(options: DoorOptions): Promise<Door> {
  const { listeners, timeouts } = loadSettings({ env: {}, argv: { port: 0 }, cwd: "/", homeDir: "/" });
  const { clientHeadersMs = 15_000, clientBodyMs = 15_000, clientStallMs = 15_000 } = options;
  let id = 0;
  const inference = (arrival: Arrival): void => {
    const answering = (options.answer ?? answerPlainly)(arrival, door);
    void Promise.resolve(answering).finally(() => arrival.discardRest(MAX_BODY_BYTES));
  };
  const server = createGatewayServer({
    listeners,
    timeouts: { ...timeouts, clientHeadersMs, clientBodyMs, clientStallMs },
    allowedHosts: [],
    allowedOrigins: ["https://page.example"],
    isTrustedProxy: options.isTrustedProxy ?? (() => false),
    log: silentLogger,
    nextId: () => ++id,
    cut: new AbortController(),
    sockets: null,
    isWorker: false,
    handle: (request, response, route) => {
      if (route.kind === "inference") inference(new HttpArrival(request, response));
      else response.end(`not an inference: ${route.kind}`);
    },
    inference: options.hasLane ? inference : null,
  });
  const budget = { heldBytes: 0, maxBytes: MAX_BODY_BYTES * 2 };
  const door: Door = { port: 0, server, seen: [], budget, close: () => server.stop(0) };
  door.port = (await server.start())[0]?.port ?? 0;
  return door;
}

/** Reads the body, notes what came, and says so. */
export async function answerPlainly(arrival: Arrival, door: Door): Promise<void> {
  const reply = arrival.openReply({ requestId: "req_1", stallMs: 15_000 });
  try {
    const { bytes, release } = await readBody(arrival, MAX_BODY_BYTES, door.budget);
    door.seen.push({ ...factsOf(arrival), body: bytes.toString("latin1") });
    release();
    const said = Buffer.from(JSON.stringify({ got: bytes.length }));
    reply.start(200, { "content-type": "application/json", "content-length": String(said.length) });
    reply.end(said);
  } catch (error) {
    const { status, code } = error instanceof GatewayError ? error : { status: 500, code: (error as Error).name };
    reply.start(status, { "content-type": "text/plain" });
    reply.end(Buffer.from(code));
  }
}

const factsOf = (arrival: Arrival): Omit<Seen, "body"> => ({
  by: arrival instanceof LaneArrival ? "lane" : "node:http",
  url: `${arrival.method} ${arrival.url}`,
  headers: Object.entries(arrival.headers),
});

export interface Client {
  socket: Socket;
  /** What came back until now; what may differ between two runs is made the same. */
  said(): string;
  /** Resolves when what came back matches. */
  hears(pattern: RegExp): Promise<void>;
  /** Resolves once the connection is closed, with all that came back. */
  closed: Promise<string>;
  send(...pieces: (string | Buffer)[]): Promise<void>;
}

export async function call(port: number): Promise<Client> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  let text = "";
  let check: () => void = () => {};
  const said = (): string => text.replace(/^date: .*$/gim, "Date: now").replace(/req_\w+/g, "req_1");
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    check();
  });
  socket.on("error", (error: NodeJS.ErrnoException) => (text += `<${error.code}>`));
  socket.on("end", () => void socket.end());
  const closed = new Promise<string>((resolve) => {
    socket.on("close", () => {
      check();
      resolve(said());
    });
  });
  await new Promise((resolve) => void socket.once("connect", resolve));
  return {
    socket,
    said,
    closed,
    hears: (pattern) =>
      new Promise((resolve, reject) => {
        check = () => {
          if (pattern.test(said())) resolve();
          else if (socket.closed) reject(new Error(`closed after ${JSON.stringify(said())}`));
        };
        check();
      }),
    /** Each piece in a packet of its own, as far as that can be had. */
    async send(...pieces) {
      for (const piece of pieces) {
        socket.write(piece);
        await nextTurn();
        await nextTurn();
      }
    },
  };
}

export interface AskOptions {
  url?: string;
  body?: string;
  /** Whole lines, beside those of a usual request. */
  lines?: string[];
  isLast?: boolean;
}

/** A usual request. */
export function usual({
  url = "/v1/chat/completions",
  body = "{}",
  lines = [],
  isLast = false,
}: AskOptions = {}): string {
  const head = [
    `POST ${url} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(isLast ? ["Connection: close"] : []),
    ...lines,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
