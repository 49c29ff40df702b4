/** The way to a gateway: its control socket, an address that was given, or, when none runs, its database in this process. */
import http from "node:http";
import { type AdminClient, createAdminClient, type Transport } from "../admin-api/contract/client.ts";
import { controlSocketPath } from "../admin-api/control-socket.ts";
import type { Settings } from "../settings/types.ts";
import { CliError } from "./cli-error.ts";

export interface Connection {
  client: AdminClient;
  /** `daemon`, `remote`, or `database` when no gateway runs. */
  via: "daemon" | "remote" | "database";
  /** For streams: where a raw request goes. */
  request(path: string): Promise<http.IncomingMessage>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Base address of a gateway on another machine, with the key of an administrator. */
  url?: string | undefined;
  key?: string | undefined;
  settings: () => Settings;
  env: NodeJS.ProcessEnv;
  /** False for what only a running gateway can do. */
  mayWorkOffline: boolean;
}

type Target = { socketPath: string } | { url: string; key: string | undefined };

/** @throws CliError when nothing can be reached. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  if (options.url !== undefined) return over({ url: options.url.replace(/\/+$/, ""), key: options.key }, "remote");
  const settings = options.settings();
  const socketPath = controlSocketPath(settings.dataDir);
  if (await isAlive(socketPath)) return over({ socketPath }, "daemon");
  if (!options.mayWorkOffline) {
    throw new CliError(3, `No gateway runs on ${settings.dataDir}. Start one with \`gatewayd\`, or name one with --url.`);
  }
  // Loaded only here: the database and all that stands on it.
  const { openOffline } = await import("../open-offline.ts");
  const offline = await openOffline(settings, options.env);
  const connection = over({ socketPath: offline.socketPath }, "database");
  return { ...connection, close: offline.close };
}

function over(target: Target, via: Connection["via"]): Connection {
  return {
    via,
    client: createAdminClient(transportTo(target)),
    request: (path) => open(target, "GET", path, undefined),
    close: async () => {},
  };
}

function transportTo(target: Target): Transport {
  return async ({ method, path, body }) => {
    const response = await open(target, method, path, body);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const requestId = response.headers["x-request-id"];
    return { status: response.statusCode ?? 0, json: parse(Buffer.concat(chunks)), requestId: typeof requestId === "string" ? requestId : null };
  };
}

async function open(target: Target, method: string, path: string, body: unknown): Promise<http.IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string> = payload === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) };
  if ("url" in target && target.key) headers["authorization"] = `Bearer ${target.key}`;
  const isSecure = "url" in target && target.url.startsWith("https:");
  const module = isSecure ? await import("node:https") : http;
  return new Promise((resolve, reject) => {
    const request =
      "url" in target
        ? module.request(target.url + path, { method, headers }, resolve)
        : module.request({ socketPath: target.socketPath, path, method, headers: { ...headers, host: "localhost" } }, resolve);
    request.on("error", (error: NodeJS.ErrnoException) => {
      const where = "url" in target ? target.url : "the gateway";
      reject(new CliError(3, `${where} cannot be reached: ${error.code ?? error.message}.`));
    });
    request.end(payload);
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

function isAlive(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: "/api/v1/status", headers: { host: "localhost" }, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
