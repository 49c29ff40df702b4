/** The way to a gateway: its control socket, an address that was given, or, when none runs, its database in this process. */
import type { IncomingMessage } from "node:http";
import { connect as connectSocket } from "node:net";
import { type AdminClient, AdminError, createAdminClient } from "../admin-api/contract/client.ts";
import { ENDPOINTS } from "../admin-api/contract/endpoints.ts";
import { controlSocketPath } from "../admin-api/control-socket.ts";
import type { Settings } from "../settings/types.ts";
import { CliError, EXIT, exitCodeOf } from "./cli-error.ts";
import { createTransport, openRequest, type Target } from "./transport.ts";
import type { CliWorld } from "./world.ts";

export interface Connection {
  /** @throws CliError */
  client: AdminClient;
  /** `daemon`, `remote`, or `database` when no gateway runs. */
  via: "daemon" | "remote" | "database";
  /** Address of the gateway as it was given; null when it is the one of this machine. */
  url: string | null;
  /** For streams: the head of the answer to a GET. @throws CliError */
  open(path: string): Promise<IncomingMessage>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Base address of a gateway on another machine, with the key of an administrator. */
  url?: string | undefined;
  key?: string | undefined;
  settings(): Promise<Settings>;
  world: CliWorld;
  /** False for what only a running gateway can do. */
  mayWorkOffline: boolean;
}

/** @throws CliError when nothing can be reached. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  if (options.url !== undefined) return over({ url: checkUrl(options.url), key: options.key }, "remote");
  const settings = await options.settings();
  const socketPath = controlSocketPath(settings.dataDir);
  const found = await lookFor(socketPath);
  if (found === "not-ours") {
    throw new CliError(
      EXIT.notAllowed,
      `The gateway on ${settings.dataDir} belongs to another user. Run this as that user, or use --url with an administrator's key.`,
    );
  }
  if (found === "there") return over({ socketPath }, "daemon");
  if (!options.mayWorkOffline) {
    throw new CliError(
      EXIT.unreachable,
      `No gateway runs on ${settings.dataDir}. Start one with \`gatewayd\`, or name one with --url.`,
    );
  }
  const offline = await options.world.openOffline(settings);
  return { ...over({ socketPath: offline.socketPath }, "database"), close: () => offline.close() };
}

function over(target: Target, via: Connection["via"]): Connection {
  const client = createAdminClient(createTransport(target), ENDPOINTS);
  return {
    via,
    url: "url" in target ? target.url : null,
    client: { call: (name, input) => client.call(name, input).catch(rethrow) },
    open: (path) => openRequest(target, "GET", path, undefined),
    close: async () => {},
  };
}

function rethrow(error: unknown): never {
  if (!(error instanceof AdminError)) throw error;
  const isOurFault = error.status >= 500 || error.code === "unexpected_answer";
  const note = isOurFault && error.requestId !== null ? ` (${error.requestId})` : "";
  throw new CliError(exitCodeOf(error.status), error.message + note, { cause: error });
}

/** @throws CliError */
function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new CliError(
      EXIT.usage,
      "--url must be an address such as https://gateway.example.com, without user, query or fragment.",
    );
  }
  return url.href.replace(/\/+$/, "");
}

function lookFor(socketPath: string): Promise<"there" | "none" | "not-ours"> {
  return new Promise((resolve) => {
    const socket = connectSocket(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve("there");
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      resolve(code === "EACCES" || code === "EPERM" ? "not-ours" : "none");
    });
  });
}
