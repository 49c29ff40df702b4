/** A provider that reads requests as bytes and writes bytes, so that a test says all that goes over the wire. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

export interface ByteRequest {
  socket: Socket;
  /** Head and body, in Latin-1. */
  text: string;
  /** Which connection it came on, and the how manieth there, both from 0. */
  connection: number;
  index: number;
}

export interface ByteServer {
  port: number;
  requests: ByteRequest[];
  sockets: Socket[];
  openSockets(): number;
  /** Called with each connection. */
  greet: (socket: Socket) => void;
  /** What a request gets; called when its body is there as well. */
  answer: (request: ByteRequest) => void;
  close(): Promise<void>;
}

const lengthOf = (head: string): number => Number(/^content-length: (\d+)\r?$/im.exec(head)?.[1] ?? 0);

export async function startByteServer(
  answer: ByteServer["answer"],
  certificate?: { key: string; cert: string },
): Promise<ByteServer> {
  const open = new Set<Socket>();
  const take = (socket: Socket): void => {
    const connection = byteServer.sockets.push(socket) - 1;
    open.add(socket);
    socket.setNoDelay(true);
    byteServer.greet(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    let text = "";
    let index = 0;
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      for (;;) {
        const head = text.indexOf("\r\n\r\n") + 4;
        const end = head + lengthOf(text.slice(0, head));
        if (head === 3 || text.length < end) return;
        const request = { socket, text: text.slice(0, end), connection, index: index++ };
        text = text.slice(end);
        byteServer.requests.push(request);
        byteServer.answer(request);
      }
    });
  };
  const server: Server = certificate ? createTlsServer(certificate, take) : createServer(take);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const byteServer: ByteServer = {
    port: (server.address() as AddressInfo).port,
    requests: [],
    sockets: [],
    openSockets: () => open.size,
    greet: () => {},
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
  return byteServer;
}

/** A whole answer, with its length. */
export const whole = (text: string, more = ""): string =>
  `HTTP/1.1 200 OK\r\n${more}Content-Length: ${Buffer.byteLength(text, "latin1")}\r\n\r\n${text}`;
