/** A computer of any system in memory: files, links, rights; and a step at which everything breaks off. */
import { posix, win32 } from "node:path";
import type { AgentWorld, FileAccess, FileFacts, Platform } from "../../../src-gateway/agents/types.ts";

interface Entry {
  kind: "file" | "folder" | "link";
  bytes: Uint8Array;
  target: string;
  mode: number;
  uid: number;
  gid: number;
}

export interface PlayedComputer {
  world: AgentWorld;
  dataDir: string;
  put(path: string, text: string | Uint8Array, mode?: number): void;
  link(path: string, target: string): void;
  /** Null where there is no file. */
  text(path: string): string | null;
  bytes(path: string): Uint8Array | null;
  modeOf(path: string): number | null;
  delete(path: string): void;
  /** All files and links outside of the data folder, with rights and content. */
  snapshot(): Record<string, string>;
  paths(): string[];
  /** The next step that changes something, after so many others, breaks off; and nothing works after it. */
  breakAfter(steps: number, how: "before" | "half" | "after"): void;
  /** As after a restart. */
  mend(): void;
  /** Steps that changed something so far. */
  steps(): number;
}

/** What a program sees when it is ended: nothing it does any more has an effect. */
export class Broken extends Error {}

const PLACES: Readonly<Record<Platform, { home: string; root: string }>> = {
  linux: { home: "/home/you", root: "/" },
  darwin: { home: "/Users/you", root: "/" },
  win32: { home: "C:\\Users\\you", root: "C:\\" },
};

const failure = (code: string, path: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: ${path}`), { code });

export function playComputer(platform: Platform = "linux", env: Record<string, string> = {}): PlayedComputer {
  const { home, root } = PLACES[platform];
  const { dirname, join } = platform === "win32" ? win32 : posix;
  const entries = new Map<string, Entry>();
  const dataDir = join(home, ".tokligence");
  let steps = 0;
  let breaks: { at: number; how: "before" | "half" | "after" } | null = null;
  let isBroken = false;
  let names = 0;

  const entry = (kind: Entry["kind"], more: Partial<Entry> = {}): Entry => ({
    kind,
    bytes: new Uint8Array(),
    target: "",
    mode: kind === "folder" ? 0o755 : 0o644,
    uid: 1000,
    gid: 1000,
    ...more,
  });
  const makeParents = (path: string): void => {
    for (let folder = dirname(path); !entries.has(folder); folder = dirname(folder)) {
      entries.set(folder, entry("folder"));
      if (folder === root || dirname(folder) === folder) return;
    }
  };
  makeParents(join(home, "x"));
  const look = <Value>(work: () => Value): Promise<Value> =>
    isBroken ? Promise.reject(new Broken()) : Promise.resolve().then(work);
  /** @param half what is left of the step where it breaks off in the middle. */
  const act = async (work: () => void, half: () => void = () => {}): Promise<void> => {
    if (isBroken) throw new Broken();
    const now = breaks !== null && steps === breaks.at ? breaks.how : null;
    steps++;
    if (now !== null) isBroken = true;
    if (now === null || now === "after") work();
    if (now === "half") half();
    if (now !== null) throw new Broken();
  };
  const files: FileAccess = {
    read: (path) =>
      look(() => {
        const found = entries.get(path);
        if (found && found.kind !== "file") throw failure("EISDIR", path);
        return found ? found.bytes : null;
      }),
    facts: (path) =>
      look((): FileFacts | null => {
        const found = entries.get(path);
        return found
          ? { kind: found.kind, mode: found.mode, uid: found.uid, gid: found.gid, bytes: found.bytes.length }
          : null;
      }),
    linkTarget: (path) => look(() => entries.get(path)?.target ?? ""),
    list: (folder) =>
      look(() =>
        [...entries.keys()]
          .filter((path) => path !== folder && dirname(path) === folder)
          .map((path) => path.slice(folder.length).replace(/^[\\/]/, "")),
      ),
    makeFolder: (path, mode) =>
      act(() => {
        if (!entries.has(dirname(path))) throw failure("ENOENT", path);
        entries.set(path, entry("folder", { mode }));
      }),
    create: (path, bytes, mode) => {
      if (entries.has(path) && !isBroken) return Promise.reject(failure("EEXIST", path));
      if (!entries.has(dirname(path)) && !isBroken) return Promise.reject(failure("ENOENT", path));
      return act(
        () => void entries.set(path, entry("file", { bytes: bytes.slice(), mode })),
        () => void entries.set(path, entry("file", { bytes: bytes.slice(0, bytes.length >> 1), mode })),
      );
    },
    copyRights: (path, { mode, uid, gid }) =>
      act(() => void Object.assign(entries.get(path) ?? {}, { mode, uid, gid })),
    rename: (from, to) =>
      act(() => {
        const found = entries.get(from);
        if (!found) throw failure("ENOENT", from);
        entries.delete(from);
        entries.set(to, found);
      }),
    flushFolder: () => act(() => {}),
    remove: (path) => act(() => void entries.delete(path)),
    removeFolder: (path) => act(() => void entries.delete(path)),
  };
  return {
    dataDir,
    world: {
      platform,
      home,
      cwd: join(home, "project"),
      env,
      files,
      run: () => Promise.resolve(null),
      nowMs: () => 1_790_000_000_000 + names,
      randomName: () => `r${++names}`,
      isAlive: () => false,
      pid: 1,
    },
    put(path, text, mode = 0o644) {
      makeParents(path);
      entries.set(path, entry("file", { bytes: typeof text === "string" ? Buffer.from(text) : text, mode }));
    },
    link(path, target) {
      makeParents(path);
      entries.set(path, entry("link", { target }));
    },
    text: (path) =>
      entries.get(path)?.kind === "file" ? Buffer.from(entries.get(path)?.bytes ?? []).toString("utf8") : null,
    bytes: (path) => entries.get(path)?.bytes ?? null,
    modeOf: (path) => entries.get(path)?.mode ?? null,
    delete: (path) => void entries.delete(path),
    paths: () => [...entries.keys()],
    snapshot: () =>
      Object.fromEntries(
        [...entries]
          .filter(([path]) => path !== dataDir && !path.startsWith(join(dataDir, "x").slice(0, -1)))
          .map(([path, { kind, mode, uid, bytes, target }]) => [
            path,
            `${kind} ${mode.toString(8)} ${uid} ${target}${Buffer.from(bytes).toString("latin1")}`,
          ])
          .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
      ),
    breakAfter(count, how) {
      breaks = { at: steps + count, how };
    },
    mend() {
      breaks = null;
      isBroken = false;
    },
    steps: () => steps,
  };
}
