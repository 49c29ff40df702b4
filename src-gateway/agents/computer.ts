/** This computer, as agents are on it. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, chown, lstat, mkdir, open, readdir, readFile, readlink, rename, rm, rmdir } from "node:fs/promises";
import type { AgentWorld, FileAccess, FileFacts, Platform } from "./types.ts";

const VERSION_PATIENCE_MS = 3_000;

export function thisComputer(process: {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  home: string;
}): AgentWorld {
  const { env, cwd, home } = process;
  return {
    platform: platformOf(globalThis.process.platform),
    home,
    cwd,
    env,
    files: diskFiles,
    run: (command, args) =>
      new Promise((resolve) => {
        const options = { timeout: VERSION_PATIENCE_MS, killSignal: "SIGKILL" as const, windowsHide: true };
        try {
          execFile(command, args, options, (error, stdout) => resolve(error ? null : stdout));
        } catch {
          resolve(null);
        }
      }),
    nowMs: () => Date.now(),
    randomName: () => randomBytes(6).toString("hex"),
    isAlive,
    pid: globalThis.process.pid,
  };
}

/** Others are like Linux in what matters here. */
const platformOf = (name: string): Platform => (name === "win32" || name === "darwin" ? name : "linux");

function isAlive(pid: number): boolean {
  try {
    globalThis.process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Null where there is nothing. */
const orNull = <Value>(work: Promise<Value>): Promise<Value | null> =>
  work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });

const diskFiles: FileAccess = {
  read: (path) => orNull(readFile(path)),
  async facts(path) {
    const stats = await orNull(lstat(path));
    if (stats === null) return null;
    const kind: FileFacts["kind"] = stats.isFile()
      ? "file"
      : stats.isDirectory()
        ? "folder"
        : stats.isSymbolicLink()
          ? "link"
          : "other";
    return { kind, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, bytes: stats.size };
  },
  linkTarget: (path) => readlink(path),
  list: (folder) => readdir(folder),
  makeFolder: async (path, mode) => {
    await mkdir(path, { mode });
  },
  async create(path, bytes, mode) {
    const file = await open(path, "wx", mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  async copyRights(path, { mode, uid, gid }) {
    if (globalThis.process.platform === "win32") return;
    const now = await lstat(path);
    // Only the owner or root can give a file away; who cannot, keeps it.
    if (now.uid !== uid || now.gid !== gid) await chown(path, uid, gid).catch(() => {});
    await chmod(path, mode);
  },
  rename,
  async flushFolder(path) {
    // Windows opens no folders; it flushes renames by itself.
    if (globalThis.process.platform === "win32") return;
    const folder = await open(path, constants.O_RDONLY);
    try {
      await folder.sync().catch(() => {});
    } finally {
      await folder.close();
    }
  },
  remove: (path) => rm(path, { force: true }),
  removeFolder: (path) => rmdir(path),
};
