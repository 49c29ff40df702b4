/** The least that a proxy in Node can be: `node:http` in front, `http.request` over a keep-alive agent behind. */
import http from "node:http";

const [provider = "0", secret = ""] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => void chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
    const headers = { ...request.headers, authorization: `Bearer ${secret}`, "content-length": String(body.length) };
    const options = {
      host: "127.0.0.1",
      port: Number(provider),
      path: request.url,
      method: request.method,
      headers,
      agent,
    };
    const call = http.request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("data", (chunk: Buffer) => void response.write(chunk));
      answer.on("end", () => void response.end());
    });
    call.on("error", () => void response.destroy());
    call.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`ready ${typeof address === "object" && address ? address.port : 0}\n`);
});
