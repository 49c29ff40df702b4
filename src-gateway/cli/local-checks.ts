/** What only the machine itself can tell, whether a gateway runs or not. */
import { accessSync, constants, mkdirSync, statfsSync, statSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import type { CheckView } from "../admin-api/contract/schemas.ts";
import type { ListenerSettings, Settings } from "../settings/types.ts";
import type { Connection } from "./connect.ts";

const GIB = 1024 ** 3;
const LOW_DISK_BYTES = GIB;
const NO_DISK_BYTES = 64 * 1024 ** 2;

const ok = (name: string, message: string): CheckView => ({ name, state: "ok", message, hint: null });

export function checkDataFolder(dataDir: string): CheckView[] {
  const name = "data folder";
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code})`;
    return [{ name, state: "fail", message, hint: "Give it to this user, or choose another with --data-dir." }];
  }
  const isOpen = process.platform !== "win32" && (statSync(dataDir).mode & 0o022) !== 0;
  const folder: CheckView = isOpen
    ? { name, state: "warn", message: `${dataDir} can be written by others`, hint: `chmod 700 ${dataDir}` }
    : ok(name, dataDir);
  return [folder, checkDisk(dataDir)];
}

function checkDisk(dataDir: string): CheckView {
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  const message = `${(free / GIB).toFixed(1)} GiB free`;
  if (free >= LOW_DISK_BYTES) return ok("disk", message);
  return {
    name: "disk",
    state: free < NO_DISK_BYTES ? "fail" : "warn",
    message,
    hint: "Make room: the ledger must always be writable.",
  };
}

export async function checkPorts(settings: Settings, connection: Connection): Promise<CheckView[]> {
  const ownUrl = connection.via === "daemon" ? (await connection.client.call("getStatus")).url : null;
  return Promise.all(settings.listeners.map((listener) => checkPort(listener, ownUrl)));
}

/** @param ownUrl where our running gateway listens; null when none runs. */
async function checkPort({ name: listener, host, port }: ListenerSettings, ownUrl: string | null): Promise<CheckView> {
  const name = `port ${port}`;
  if (port === 0) return ok(name, `${listener}: a free one is chosen at each start`);
  const problem = await listenProblem(host, port);
  if (problem === null) {
    return ok(
      name,
      ownUrl === null ? `${listener}: free` : `${listener}: free; the running gateway listens on ${ownUrl}`,
    );
  }
  if (problem !== "EADDRINUSE") {
    const message = `${listener}: ${host} cannot be listened on (${problem})`;
    return { name, state: "fail", message, hint: "Choose another host, or a port above 1023." };
  }
  if (ownUrl !== null && new URL(ownUrl).port === String(port))
    return ok(name, `${listener}: our running gateway listens there`);
  const hint = `Stop it, or choose another with ${listener}_port or --port.`;
  if (!(await isGateway(host, port)))
    return { name, state: "fail", message: `${listener}: taken by another program`, hint };
  return ownUrl === null
    ? { name, state: "fail", message: `${listener}: taken by a gateway with another data folder`, hint }
    : ok(name, `${listener}: a gateway listens there`);
}

function listenProblem(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

const ANSWER_PATIENCE_MS = 2_000;

/** Every listener of a gateway answers this without a key. */
function isGateway(host: string, port: number): Promise<boolean> {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return new Promise((resolve) => {
    const request = http.get(
      { host: reachable, port, path: "/", timeout: ANSWER_PATIENCE_MS, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > 1_000) response.destroy();
        });
        response.on("close", () => resolve(text.includes('"Tokligence Gateway"')));
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
