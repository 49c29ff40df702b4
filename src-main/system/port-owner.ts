/** Which program has a port of this computer, for the person who wonders why it is taken. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

export interface PortOwner {
  pid: number;
  name: string;
}

const PATIENCE_MS = 3_000;

/** Null where nobody can be named: another user's program, or a system that does not tell. */
export async function portOwner(port: number, platform: NodeJS.Platform): Promise<PortOwner | null> {
  try {
    if (platform === "linux") return ownerFromProc(port);
    if (platform === "win32") return await ownerOnWindows(port);
    return readLsof(await run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]));
  } catch {
    return null;
  }
}

/** A port that is free now, beginning with the next one; null where there is none near. */
export async function freePortAfter(taken: number, host = "127.0.0.1"): Promise<number | null> {
  for (let port = taken + 1; port <= Math.min(taken + 50, 65_535); port++) if (await isFree(port, host)) return port;
  return null;
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

const LISTENS = "0A";

function ownerFromProc(port: number): PortOwner | null {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readFileSync(table, "utf8").split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTENS && local?.endsWith(hex)) sockets.add(`socket:[${inode}]`);
    }
  }
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && holdsOne(name, sockets));
  return pid === undefined ? null : { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() };
}

/** Files of other users' programs cannot be seen. */
function holdsOne(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** `p123`, then `cname`. */
export function readLsof(text: string): PortOwner | null {
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  const name = /^c(.+)$/m.exec(text)?.[1];
  return pid === undefined || name === undefined ? null : { pid: Number(pid), name };
}

async function ownerOnWindows(port: number): Promise<PortOwner | null> {
  const pid = readNetstat(await run("netstat", ["-ano", "-p", "TCP"]), port);
  if (pid === null) return null;
  const row = await run("tasklist", ["/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"]);
  const name = /^"([^"]+)"/m.exec(row)?.[1];
  return name === undefined ? null : { pid, name };
}

/** Words differ by language; a listener is who has no other side. */
export function readNetstat(text: string, port: number): number | null {
  for (const line of text.split(/\r?\n/)) {
    const [kind, local, remote, , pid] = line.trim().split(/\s+/);
    if (kind === "TCP" && local?.endsWith(`:${port}`) && remote?.endsWith(":0") && pid) return Number(pid);
  }
  return null;
}

function run(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: PATIENCE_MS, windowsHide: true }, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });
}
