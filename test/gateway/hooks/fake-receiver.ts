/** A webhook's receiver: keeps what it was sent, and answers as it is told. */
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  headers: http.IncomingHttpHeaders;
  body: string;
  path: string;
}

export interface FakeReceiver {
  url: string;
  port: number;
  received: Received[];
  /** What the next requests are answered with; the last one stays. */
  answers: { status: number; headers?: Record<string, string>; body?: string; silent?: boolean }[];
  /** Types of the events, in the order in which they came. */
  types(): string[];
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<FakeReceiver> {
  const received: Received[] = [];
  const answers: FakeReceiver["answers"] = [{ status: 204 }];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
        path: request.url ?? "",
      });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer === undefined || answer.silent) return;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    answers,
    types: () => received.map(({ body }) => (JSON.parse(body) as { type: string }).type),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
