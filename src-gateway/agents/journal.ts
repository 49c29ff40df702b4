/** What was done to an agent's files, kept in the gateway's data folder until it is undone. Holds no secrets; backups may. */

import { hashBytes } from "./bytes.ts";
import type { KeyRecord } from "./edit-text.ts";
import { pathsOf } from "./paths.ts";
import type { AgentWorld, FileFacts, FileFormat } from "./types.ts";
import { tempBeside, writeFile } from "./write-file.ts";

export interface JournalFile {
  path: string;
  realPath: string;
  format: FileFormat;
  /** The file as it would be without us: a backup's name; null where there was none. */
  baseline: string | null;
  /** The file as it was just before the last writing, to go back to when that breaks off. */
  from: string | null;
  fromHash: string | null;
  /** Null where the last writing took the file away. */
  writtenHash: string | null;
  rights: Pick<FileFacts, "mode" | "uid" | "gid"> | null;
  createdFolders: string[];
  temp: string;
  keys: KeyRecord[];
}

export interface Journal {
  version: 1;
  agent: string;
  /** `writing` and `undoing` are left behind by a process that died. */
  phase: "writing" | "connected" | "undoing";
  connectedAtMs: number;
  baseUrl: string;
  model: string | null;
  /** Null where the person brought a key. */
  apiKeyId: number | null;
  tokenHash: string;
  files: JournalFile[];
  keepHistory: boolean;
  /** What was in force before, to go back to. */
  previous: Journal | null;
}

const KEPT_BACKUPS = 20;
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

export interface JournalStore {
  read(agent: string): Promise<Journal | null>;
  list(): Promise<Journal[]>;
  write(journal: Journal): Promise<void>;
  remove(agent: string): Promise<void>;
  /** The answer is its name. */
  backUp(agent: string, bytes: Uint8Array): Promise<string>;
  readBackup(agent: string, name: string): Promise<Uint8Array>;
  /** All but the newest, and those that are still needed. */
  prune(agent: string, needed: readonly string[]): Promise<void>;
  folder: string;
}

export function createJournalStore(world: AgentWorld, dataDir: string): JournalStore {
  const { join } = pathsOf(world.platform);
  const { files } = world;
  const folder = join(dataDir, "agents");
  const fileOf = (agent: string): string => join(folder, `${agent}.json`);
  const backups = (agent: string): string => join(folder, "backups", agent);
  const make = async (path: string): Promise<void> => {
    const { dirname } = pathsOf(world.platform);
    if ((await files.facts(path)) !== null) return;
    if (dirname(path) !== path) await make(dirname(path));
    await files.makeFolder(path, PRIVATE_FOLDER);
  };
  const read = async (agent: string): Promise<Journal | null> => {
    const bytes = await files.read(fileOf(agent));
    if (bytes === null) return null;
    const journal = JSON.parse(Buffer.from(bytes).toString("utf8")) as Journal;
    if (journal.version !== 1) throw new Error(`${fileOf(agent)} was written by a newer gateway.`);
    return journal;
  };
  return {
    folder,
    read,
    async list() {
      if ((await files.facts(folder)) === null) return [];
      const names = (await files.list(folder)).filter((name) => /^[\w-]+\.json$/.test(name));
      const found = await Promise.all(names.map((name) => read(name.slice(0, -".json".length))));
      return found.filter((journal) => journal !== null);
    },
    async write(journal) {
      await make(folder);
      const path = fileOf(journal.agent);
      const old = await files.read(path);
      await writeFile(world, {
        realPath: path,
        bytes: Buffer.from(`${JSON.stringify(journal, null, 2)}\n`),
        temp: tempBeside(world, path),
        expectedHash: old === null ? null : hashBytes(old),
        rights: null,
        newMode: PRIVATE_FILE,
        folders: [],
      });
    },
    async remove(agent) {
      await files.remove(fileOf(agent));
      await files.flushFolder(folder);
    },
    async backUp(agent, bytes) {
      await make(backups(agent));
      const name = `${new Date(world.nowMs()).toISOString().replace(/[:.]/g, "-")}-${world.randomName()}`;
      await files.create(join(backups(agent), name), bytes, PRIVATE_FILE);
      return name;
    },
    async readBackup(agent, name) {
      const bytes = await files.read(join(backups(agent), name));
      if (bytes === null) throw new Error(`The backup ${join(backups(agent), name)} is gone.`);
      return bytes;
    },
    async prune(agent, needed) {
      if ((await files.facts(backups(agent))) === null) return;
      const old = (await files.list(backups(agent))).sort().slice(0, -KEPT_BACKUPS);
      for (const name of old) if (!needed.includes(name)) await files.remove(join(backups(agent), name));
    },
  };
}
