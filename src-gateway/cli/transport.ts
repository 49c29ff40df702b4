import http, { type IncomingMessage } from "node:http";
import type { Transport } from "../admin-api/contract/client.ts";
import { CliError, EXIT } from "./cli-error.ts";

/** A socket file of this machine, or the address of a gateway elsewhere with an administrator's key. */
export type Target = { socketPath: string } | { url: string; key: string | undefined };

/** Probing a slow provider takes the longest. */
const SILENCE_MS = 60_000;
const MAX_REPLY_BYTES = 256 * 1024 * 1024;

export function createTransport(target: Target): Transport {
  return async ({ method, path, body, headers }) => {
    const response = await openRequest(target, method, path, body, headers);
    const text = await readAll(response, target);
    const requestId = response.headers["x-request-id"];
    return {
      status: response.statusCode ?? 0,
      json: parse(text),
      requestId: typeof requestId === "string" ? requestId : null,
      etag: response.headers.etag ?? null,
    };
  };
}

/** For streams, too: resolves with the head of the answer. @throws CliError when the gateway cannot be reached. */
export async function openRequest(
  target: Target,
  method: string,
  path: string,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string> = { ...more, accept: "application/json, text/event-stream" };
  if (payload !== undefined) {
    headers["content-type"] = "application/json";
    headers["content-length"] = String(Buffer.byteLength(payload));
  }
  if ("url" in target && target.key) headers["authorization"] = `Bearer ${target.key}`;
  const options = { method, headers, agent: false as const };
  const send = "url" in target && target.url.startsWith("https:") ? (await import("node:https")).request : http.request;
  return new Promise((resolve, reject) => {
    const request =
      "url" in target
        ? send(target.url + path, options)
        : send({ ...options, socketPath: target.socketPath, path, headers: { ...headers, host: "localhost" } });
    request.setTimeout(SILENCE_MS, () =>
      request.destroy(unreachable(target, `no answer within ${SILENCE_MS / 1000} s`)),
    );
    request.once("response", resolve);
    request.on("error", (error: NodeJS.ErrnoException) => {
      reject(error instanceof CliError ? error : unreachable(target, error.code ?? error.message));
    });
    request.end(payload);
  });
}

async function readAll(response: IncomingMessage, target: Target): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      size += (chunk as Buffer).length;
      if (size > MAX_REPLY_BYTES) throw unreachable(target, "its answer does not end");
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw error instanceof CliError ? error : unreachable(target, "it broke off in the middle of its answer");
  }
  return Buffer.concat(chunks).toString("utf8");
}

function unreachable(target: Target, reason: string): CliError {
  const name = "url" in target ? target.url : "The gateway";
  return new CliError(EXIT.unreachable, `${name} cannot be reached: ${reason}.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
