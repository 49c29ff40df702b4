/** A provider that does exactly what a test writes down, byte for byte; for what the scripted provider has no word for. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RawRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** Resolves when the caller closed the connection before the answer was complete. */
  aborted: Promise<void>;
}

export interface RawProvider {
  url: string;
  requests: RawRequest[];
  /** What the next and all further requests get. */
  respond: (request: RawRequest, response: ServerResponse) => void;
  /** Resolves with the next request. */
  next(): Promise<RawRequest>;
  openSockets(): number;
  stop(): Promise<void>;
}

export async function startRawProvider(): Promise<RawProvider> {
  const waiting: ((request: RawRequest) => void)[] = [];
  const sockets = new Set<unknown>();
  const server = http.createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw: RawRequest = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks),
        aborted: new Promise((resolve) => {
          response.once("close", () => {
            if (!response.writableFinished) resolve();
          });
        }),
      };
      provider.requests.push(raw);
      for (const tell of waiting.splice(0)) tell(raw);
      provider.respond(raw, response);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const provider: RawProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    respond: (_request, response) => response.writeHead(500).end(),
    next: () => new Promise((resolve) => waiting.push(resolve)),
    openSockets: () => sockets.size,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return provider;
}

/** Answers with JSON. */
export const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  (_request: RawRequest, response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(value));
  };

/** Answers with a stream, one write for each piece. */
export const stream =
  (...pieces: (string | Buffer)[]) =>
  (_request: RawRequest, response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) response.write(piece);
    response.end();
  };
