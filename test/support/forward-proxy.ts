/** A company's proxy on this computer: opens tunnels and forwards plain requests, to wherever the test says that a name leads. */
import http from "node:http";
import net, { type AddressInfo } from "node:net";

export interface ForwardProxy {
  url: string;
  port: number;
  /** `CONNECT host:port` and `GET http://…`, in order. */
  seen: string[];
  close(): Promise<void>;
}

/** @param options.ports which port of this computer a host name leads to. */
export async function startForwardProxy(options: {
  ports: Readonly<Record<string, number>>;
  /** `user:password`; nobody is let through without. */
  login?: string;
}): Promise<ForwardProxy> {
  const seen: string[] = [];
  const sockets = new Set<net.Socket>();
  const isAllowed = ({ headers }: http.IncomingMessage): boolean =>
    options.login === undefined ||
    headers["proxy-authorization"] === `Basic ${Buffer.from(options.login).toString("base64")}`;

  const server = http.createServer((request, response) => {
    const { method = "", url = "" } = request;
    seen.push(`${method} ${url}`);
    if (!isAllowed(request)) return void response.writeHead(407).end();
    const { hostname, pathname, search } = new URL(url);
    const port = options.ports[hostname];
    const onward = http.request(
      { host: "127.0.0.1", port, method, path: pathname + search, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("connect", (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    seen.push(`CONNECT ${request.url ?? ""}`);
    socket.on("error", () => socket.destroy());
    if (!isAllowed(request)) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const port = options.ports[new URL(`http://${request.url ?? ""}`).hostname];
    if (port === undefined) return void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const onward = net.connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
