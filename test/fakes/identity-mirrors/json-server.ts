import http from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Record<string, unknown>;
}

export interface JsonServer {
  url: string;
  /** Everything that was asked, as `METHOD path`. */
  asked: string[];
  stop(): Promise<void>;
}

/** Answers JSON with JSON. `[status]` alone is an answer without a body. */
export async function startJsonServer(answer: (asked: Asked) => [status: number, json?: unknown]): Promise<JsonServer> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const text = Buffer.concat(chunks).toString("utf8");
      asked.push(`${method} ${path}`);
      const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
      const [status, json] = answer({ method, path, headers, body });
      response.writeHead(status, { "content-type": "application/json" });
      response.end(json === undefined ? undefined : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What a connector's target looks like to a test: who is there, with which roles. */
export interface FakeMirror extends JsonServer {
  users: Map<string, { roles: Set<string>; active: boolean; credential: string }>;
  env: Record<string, string>;
  /** Requests that change something. */
  changes(): string[];
}
