/**
 * The way in for the command line of the same machine: a socket in the data folder. Whoever may open it owns the folder,
 * so file permissions are the authority and no administrator's secret has to lie on the disk.
 */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export interface ControlSocket {
  close(): void;
}

/** Longer socket paths are refused by some systems. */
const MAX_PATH_BYTES = 100;

/** @throws Error when another gateway runs on the same data folder. */
export async function listenControlSocket(
  dataDir: string,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ControlSocket> {
  const path = controlSocketPath(dataDir);
  if (await answers(path)) {
    throw new Error(`Another gateway runs on ${dataDir}${pidNote(dataDir)}. Stop it, or give this one another --data-dir.`);
  }
  if (process.platform !== "win32") rmSync(path, { force: true });
  const server = http.createServer(handle);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  if (process.platform !== "win32") chmodSync(path, 0o600);
  const pidFile = join(dataDir, "gateway.pid");
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(pidFile, { force: true });
    },
  };
}

export function controlSocketPath(dataDir: string): string {
  const name = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  if (process.platform === "win32") return `\\\\.\\pipe\\tokligence-${name}`;
  const path = join(dataDir, "gateway.sock");
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;
  // A folder that only this user may enter stands in for the data folder.
  const folder = join(tmpdir(), `tokligence-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${name}.sock`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.setTimeout(1_000, () => settle(false));
  });
}

function pidNote(dataDir: string): string {
  try {
    return ` (process ${readFileSync(join(dataDir, "gateway.pid"), "utf8").trim()})`;
  } catch {
    return "";
  }
}
