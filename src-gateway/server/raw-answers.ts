/** Answers to what never became a request: broken HTTP, slow headers, upgrades. Written to the socket by hand. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { GatewayError } from "../ir/errors.ts";
import { encodeOpenAiError } from "../protocols/openai-errors.ts";

function answer(socket: Duplex, status: number, code: string, message: string, headers = ""): void {
  const body = JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code } });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    answer(
      socket,
      408,
      "request_timeout",
      "The request did not arrive in time. Send headers and body without long pauses.",
    );
  } else if (error.code === "HPE_HEADER_OVERFLOW") {
    answer(
      socket,
      431,
      "headers_too_large",
      "The request's headers are larger than 64 KiB. Send fewer or shorter ones.",
    );
  } else answer(socket, 400, "invalid_request", "This is not an HTTP request that can be understood.");
}

/** An upgrade that is refused before it happens, in the words of OpenAI's wires. */
export function refuseUpgrade(socket: Duplex, error: GatewayError): void {
  const { status, headers, body } = encodeOpenAiError(error);
  socket.on("error", () => socket.destroy());
  const lines = Object.entries({ connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n`), body]));
}

/**
 * Codex tries a WebSocket first when it uses its built-in provider. 426 is the one answer after which it goes on over
 * HTTP at once; others cost it several retries or the session.
 */
export function declineUpgrade(_request: IncomingMessage, socket: Socket): void {
  socket.on("error", () => socket.destroy());
  answer(
    socket,
    426,
    "upgrade_declined",
    "WebSockets are not offered here. Send the request over HTTP.",
    "upgrade: HTTP/1.1\r\n",
  );
}
