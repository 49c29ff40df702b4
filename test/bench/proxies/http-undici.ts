/** The same as the other proxy with undici's `dispatch` behind, the cheapest client there is for Node. */
import http, { type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";

const [provider = "0", secret = ""] = process.argv.slice(2);
const pool = new Pool(`http://127.0.0.1:${provider}`, { pipelining: 1 });

class Handler implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[]>): void {
    this.#response.writeHead(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#response.write(chunk);
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    this.#response.destroy();
  }
}

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => void chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
    const { connection: _, host: __, ...rest } = request.headers;
    const headers = { ...rest, authorization: `Bearer ${secret}` };
    pool.dispatch({ path: request.url ?? "/", method: "POST", headers, body }, new Handler(response));
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`ready ${typeof address === "object" && address ? address.port : 0}\n`);
});
