/** A provider with real sockets that fails in the way it is told to, and remembers who asked it for what. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Chance, seeded } from "../simulation/seeded.ts";

export const FAULTS = [
  /** Takes the request and says nothing. */
  "stalled",
  /** Says that it will answer, and then nothing. */
  "stalled-after-head",
  "reset",
  /** Late, but in time. */
  "slow",
  "throttled",
  "throttled-for-long",
  "overloaded",
  "broken",
  "refuses-key",
  "error-in-200",
  "error-as-first-event",
  "error-after-role",
  "ends-before-content",
  "cut-before-content",
  "invalid-json",
  "invalid-json-and-done",
  "half-an-object",
  "a-page",
  /** Nothing can be done about this one. */
  "cut-after-content",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Sighting {
  fault: Fault | null;
  /** The first piece of the answer has been written. */
  saidContent: boolean;
}

export interface UnreliableProvider {
  readonly id: string;
  readonly url: string;
  /** What may befall each request, drawn by its tag; an empty list is a good day. */
  faults: readonly Fault[];
  /** By the tag of the request. */
  readonly seen: Map<string, Sighting[]>;
  /** Nobody listens any more, and whatever was under way is gone. */
  kill(): Promise<void>;
  revive(): Promise<void>;
  stop(): Promise<void>;
}

export const PIECES = 3;
const TAG = /tag-\d+/;
const SLOW_MS = 250;

export async function startUnreliableProvider(id: string, seed: number): Promise<UnreliableProvider> {
  const seen = new Map<string, Sighting[]>();
  const sockets = new Set<Socket>();
  let server = http.createServer();
  const listen = (port: number): Promise<number> => {
    server = http.createServer((request, response) => take(request, response));
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", 1_024, () => resolve((server.address() as AddressInfo).port));
    });
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const tag = TAG.exec(Buffer.concat(chunks).toString())?.[0] ?? "?";
      const chance = seeded(seed + Number(tag.slice("tag-".length)));
      const [first, ...others] = provider.faults;
      const sighting: Sighting = {
        fault: first === undefined ? null : chance.pick([first, ...others]),
        saidContent: false,
      };
      seen.set(tag, [...(seen.get(tag) ?? []), sighting]);
      answer({ response, sighting, tag, provider: id, chance });
    });
  };
  const port = await listen(0);
  const provider: UnreliableProvider = {
    id,
    url: `http://127.0.0.1:${port}`,
    faults: [],
    seen,
    kill: close,
    revive: async () => void (await listen(port)),
    stop: close,
  };
  return provider;
}

interface Answering {
  response: ServerResponse;
  sighting: Sighting;
  tag: string;
  provider: string;
  chance: Chance;
}

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const ROLE = chunk({ role: "assistant", content: "" });
const ERROR = { error: { message: "Overloaded", type: "overloaded_error" } };
const ERROR_EVENT = `data: ${JSON.stringify(ERROR)}\n\n`;
const THROTTLED = { error: { message: "slow down", code: "rate_limit_exceeded" } };

function answer(asked: Answering): void {
  const { response, sighting } = asked;
  const json = (status: number, body: object, headers: Record<string, string> = {}): void =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  const stream = (...parts: string[]): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(parts.join(""));
  };
  switch (sighting.fault) {
    case "reset":
      return void response.socket?.resetAndDestroy();
    case "stalled":
      return;
    case "stalled-after-head":
      response.writeHead(200, { "content-type": "text/event-stream" });
      return void response.write(ROLE);
    case "slow":
      return void setTimeout(() => tell(asked), SLOW_MS);
    case "throttled":
      return json(429, THROTTLED);
    case "throttled-for-long":
      return json(429, THROTTLED, { "retry-after": "1" });
    case "overloaded":
      return json(529, ERROR);
    case "broken":
      return json(500, { error: { message: "oops" } });
    case "refuses-key":
      return json(401, { error: { message: "Incorrect API key" } });
    case "error-in-200":
      return json(200, ERROR);
    case "error-as-first-event":
      return stream(ERROR_EVENT);
    case "error-after-role":
      return stream(ROLE, ERROR_EVENT);
    case "ends-before-content":
      return stream(ROLE);
    case "cut-before-content":
      response.writeHead(200, { "content-type": "text/event-stream" });
      return void response.write(ROLE, () => response.socket?.resetAndDestroy());
    case "invalid-json":
      return stream('data: {"id":"c","choices":[{"index":0,"del\n\n');
    case "invalid-json-and-done":
      return stream('data: {"id":"c","choices":[{"index":0,"del\n\n', "data: [DONE]\n\n");
    case "half-an-object":
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end('{"id":"c","object":"chat.completion","choices":[{"index":0,"mess');
    case "a-page":
      response.writeHead(200, { "content-type": "text/html" });
      return void response.end("<html><body>Please sign in to the network</body></html>");
    default:
      return tell(asked);
  }
}

/** The answer, piece by piece, each one told apart from every other. */
function tell({ response, sighting, tag, provider, chance }: Answering): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(ROLE);
  let said = 0;
  const next = (): void => {
    if (response.destroyed) return;
    if (said === PIECES) return void response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
    if (said === 1 && sighting.fault === "cut-after-content") return void response.socket?.resetAndDestroy();
    said++;
    sighting.saidContent = true;
    response.write(chunk({ content: `<${tag}.${provider}.${said}>` }), () => setTimeout(next, 10 + chance.below(30)));
  };
  setTimeout(next, 10 + chance.below(30));
}
