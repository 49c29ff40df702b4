/**
 * The way in for the command line of the same machine: a socket in the data folder. Whoever may open it owns the folder,
 * so file permissions are the authority and no administrator's secret has to lie on the disk.
 */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { holdLock } from "./hold-lock.ts";

export interface ControlSocket {
  readonly path: string;
  close(): void;
}

/** What the strictest system takes, its closing zero included, is 104. */
const MAX_PATH_BYTES = 103;
const ANSWER_PATIENCE_MS = 1_000;

const isWindows = process.platform === "win32";

/** @throws Error when another gateway runs on the same data folder. */
export async function listenControlSocket(
  dataDir: string,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ControlSocket> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Two that start at the same moment must not take each other's new socket for an old one.
  const release = await holdLock(join(dataDir, "gateway.sock.lock"));
  try {
    const known = controlSocketPath(dataDir);
    if (await answers(known)) {
      throw new Error(
        `Another gatewayd runs on this data folder (${dataDir}${pidNote(dataDir)}). Stop it, or give this one another --data-dir.`,
      );
    }
    clearAway(dataDir, known);
    const path = newSocketPath(dataDir);
    const server = http.createServer(handle);
    await listenPrivately(server, path);
    const pidFile = pidFileOf(dataDir);
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
    return {
      path,
      close() {
        server.close();
        server.closeAllConnections();
        rmSync(pidFile, { force: true });
        clearAway(dataDir, path);
      },
    };
  } finally {
    release();
  }
}

/** Where the gateway of a data folder listens, if one does. */
export function controlSocketPath(dataDir: string): string {
  if (isWindows) {
    return `\\\\.\\pipe\\tokligence-${createHash("sha256").update(dataDir.toLowerCase()).digest("hex").slice(0, 16)}`;
  }
  const path = join(dataDir, "gateway.sock");
  if (fits(path)) return path;
  try {
    return readFileSync(signpostOf(dataDir), "utf8").trim() || path;
  } catch {
    return path;
  }
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= MAX_PATH_BYTES;
const signpostOf = (dataDir: string): string => join(dataDir, "gateway.sock.path");
const pidFileOf = (dataDir: string): string => join(dataDir, "gateway.pid");

function newSocketPath(dataDir: string): string {
  const path = join(dataDir, "gateway.sock");
  if (isWindows || fits(path)) return controlSocketPath(dataDir);
  // Made anew under a name that nobody can have prepared; only this user may enter it.
  const apart = join(mkdtempSync(join(tmpdir(), "tokligence-")), "gateway.sock");
  if (!fits(apart))
    throw new Error(`Neither ${dataDir} nor ${tmpdir()} is short enough for a socket. Choose a shorter --data-dir.`);
  writeFileSync(signpostOf(dataDir), `${apart}\n`, { mode: 0o600 });
  return apart;
}

/** What a gateway that is gone left behind. */
function clearAway(dataDir: string, path: string): void {
  if (isWindows) return;
  const isApart = dirname(path) !== dataDir;
  // A path that lies elsewhere was read from a file: only what this program makes there is removed.
  if (isApart && basename(dirname(path)).startsWith("tokligence-")) {
    rmSync(dirname(path), { recursive: true, force: true });
  } else if (!isApart && fits(path)) rmSync(path, { force: true });
  rmSync(signpostOf(dataDir), { force: true });
}

async function listenPrivately(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // Its own also where the ports of several workers are shared.
    server.listen({ path, readableAll: false, writableAll: false, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  if (!isWindows) chmodSync(path, 0o600);
}

function answers(path: string): Promise<boolean> {
  if (!isWindows && isGone(path)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once("connect", () => settle(true));
    // Somebody listens whom we may not talk to: not ours to replace.
    socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code === "EACCES" || error.code === "EPERM"));
    // Busy is alive, too.
    socket.setTimeout(ANSWER_PATIENCE_MS, () => settle(true));
  });
}

/** Not merely out of our reach. */
function isGone(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function pidNote(dataDir: string): string {
  try {
    return `, process ${readFileSync(pidFileOf(dataDir), "utf8").trim()}`;
  } catch {
    return "";
  }
}
