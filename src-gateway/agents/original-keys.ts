/**
 * Keys that are kept by the gateway and still stand in files of the home folder: taken out of them on request, and put back.
 * What is remembered of a line holds no key; that comes from where it is kept.
 */
import { AgentError } from "./agent-error.ts";
import { decode, encode } from "./bytes.ts";
import { rightsOf } from "./commit.ts";
import { maskSecrets, unifiedDiff } from "./diff.ts";
import { UnreadableText } from "./editors/types.ts";
import { findKeyLines, type KeyLine, type KeyLineOptions, putBack, type TakenLine, takeOut } from "./key-lines.ts";
import { underLock } from "./lock.ts";
import { pathsOf } from "./paths.ts";
import { type FoundFile, readFile } from "./read-file.ts";
import type { AgentWorld } from "./types.ts";
import { tempBeside, writeFile } from "./write-file.ts";

export interface OriginalFile {
  /** Below the home folder. */
  name: string;
  /** Unified, without keys. */
  diff: string;
  keys: { id: string; variable: string; secret: string; line: number }[];
  /** Lines with a key that a person has to change. */
  left: { line: number; variable: string }[];
}

export interface RemovedKey {
  name: string;
  variable: string;
  secret: string;
}

export interface OriginalKeys {
  /** Changes nothing. */
  find(): Promise<{ files: OriginalFile[]; removed: RemovedKey[] }>;
  /** @throws AgentError refused where a key is not there any more, changed-meanwhile, busy */
  remove(ids: readonly string[]): Promise<RemovedKey[]>;
  /** Where a line of ours is gone, nothing is put back. @throws AgentError refused where a secret is gone, busy */
  restore(): Promise<{ restored: RemovedKey[]; gone: RemovedKey[] }>;
}

export interface OriginalKeysOptions {
  dataDir: string;
  /** Files to look into, below the home folder; no logins. */
  names: readonly string[];
  isScript: (name: string) => boolean;
  read: KeyLineOptions["read"];
  /** Every secret that can be read, by its value. */
  secrets: () => Promise<ReadonlyMap<string, string>>;
}

type Taken = TakenLine & { name: string };
interface Looked {
  name: string;
  file: FoundFile;
  text: string;
  hasMark: boolean;
  found: KeyLine[];
  left: OriginalFile["left"];
}

export const createOriginalKeys = (world: AgentWorld, options: OriginalKeysOptions): OriginalKeys =>
  new Desk(world, options);

class Desk implements OriginalKeys {
  private readonly world: AgentWorld;
  private readonly options: OriginalKeysOptions;
  private readonly folder: string;
  private readonly journal: string;

  constructor(world: AgentWorld, options: OriginalKeysOptions) {
    const { join } = pathsOf(world.platform);
    this.world = world;
    this.options = options;
    this.folder = join(options.dataDir, "original-keys");
    this.journal = join(this.folder, "taken.json");
  }

  async find(): ReturnType<OriginalKeys["find"]> {
    const secrets = await this.options.secrets();
    const looked = await this.lookAtAll(secrets);
    const files = looked.filter(({ found, left }) => found.length + left.length > 0);
    return {
      files: files.map((each) => shown(each, [...secrets.keys()])),
      removed: (await this.readJournal()).map(named),
    };
  }

  remove(ids: readonly string[]): Promise<RemovedKey[]> {
    return underLock(this.world, this.folder, async () => {
      const missing = new Set(ids);
      const picked = (await this.lookAtAll(await this.options.secrets())).map((each) => ({
        ...each,
        found: each.found.filter((line) => missing.delete(idOf(each.name, line))),
      }));
      const [unknown] = missing;
      if (unknown !== undefined)
        throw new AgentError("refused", `There is no key ${unknown.slice(0, 100)} to be taken out. Look again.`);
      const removed: RemovedKey[] = [];
      for (const { name, file, text, hasMark, found } of picked) {
        if (found.length === 0) continue;
        const lines = found.map(({ line: _line, ...line }): Taken => ({ name, ...line }));
        const before = await this.readJournal();
        // First: a line that was taken out and is not remembered could not be put back.
        await this.writeJournal([...before, ...lines]);
        await this.replace(file, encode({ text: takeOut(text, found), hasMark })).catch(async (error: unknown) => {
          await this.writeJournal(before);
          throw error;
        });
        removed.push(...lines.map(named));
      }
      return removed;
    });
  }

  restore(): ReturnType<OriginalKeys["restore"]> {
    return underLock(this.world, this.folder, async () => {
      const values = new Map([...(await this.options.secrets())].map(([value, secret]) => [secret, value]));
      const taken = await this.readJournal();
      const lost = taken.find(({ secret }) => !values.has(secret));
      if (lost) throw new AgentError("refused", `secret:${lost.secret} cannot be read, so nothing was put back.`);
      const gone: Taken[] = [];
      for (const name of new Set(taken.map((line) => line.name)))
        gone.push(...(await this.restoreFile(name, taken, (secret) => values.get(secret) ?? "")));
      return { restored: taken.filter((line) => !gone.includes(line)).map(named), gone: gone.map(named) };
    });
  }

  /** @returns the lines that were not put back. */
  private async restoreFile(
    name: string,
    taken: readonly Taken[],
    valueOf: (secret: string) => string,
  ): Promise<Taken[]> {
    const lines = taken.filter((line) => line.name === name);
    const looked = await this.look(name, new Map());
    if (looked === null) throw new AgentError("refused", `~/${name} cannot be read, so its lines were not put back.`);
    const { text, gone } = putBack(looked.text, lines, valueOf);
    if (text !== looked.text) await this.replace(looked.file, encode({ text, hasMark: looked.hasMark }));
    await this.writeJournal((await this.readJournal()).filter((line) => line.name !== name));
    return gone;
  }

  private async look(name: string, secrets: ReadonlyMap<string, string>): Promise<Looked | null> {
    const { isScript, read } = this.options;
    const path = pathsOf(this.world.platform).join(this.world.home, name);
    const file = await readFile(this.world, path).catch(nullIfRefused);
    const decoded = file === null || file.bytes === null ? null : decodeOrNull(file.bytes);
    if (file === null || decoded === null) return null;
    return { name, file, ...decoded, ...findKeyLines(decoded.text, { read, secrets, isScript: isScript(name) }) };
  }

  private async lookAtAll(secrets: ReadonlyMap<string, string>): Promise<Looked[]> {
    const looked = await Promise.all(this.options.names.map((name) => this.look(name, secrets)));
    return looked.filter((each) => each !== null);
  }

  private async readJournal(): Promise<Taken[]> {
    const bytes = await this.world.files.read(this.journal);
    return bytes === null ? [] : (JSON.parse(Buffer.from(bytes).toString("utf8")) as { taken: Taken[] }).taken;
  }

  private async writeJournal(taken: readonly Taken[]): Promise<void> {
    const text = `${JSON.stringify({ version: 1, taken }, null, 1)}\n`;
    await this.replace(await readFile(this.world, this.journal), Buffer.from(text));
  }

  private async replace({ realPath, hash, facts }: FoundFile, bytes: Uint8Array): Promise<void> {
    await writeFile(this.world, {
      realPath,
      bytes,
      temp: tempBeside(this.world, realPath),
      expectedHash: hash,
      rights: rightsOf(facts),
      newMode: 0o600,
      folders: [],
    });
  }
}

const idOf = (name: string, { line, variable }: { line: number; variable: string }): string =>
  `${name}:${line}|${variable}`;
const named = ({ name, variable, secret }: RemovedKey): RemovedKey => ({ name, variable, secret });

function shown({ name, text, found, left }: Looked, secrets: readonly string[]): OriginalFile {
  const keys = found.map(({ line, variable, secret }) => ({
    id: idOf(name, { line, variable }),
    variable,
    secret,
    line,
  }));
  return { name, diff: maskSecrets(unifiedDiff(`~/${name}`, text, takeOut(text, found)), secrets), keys, left };
}

function nullIfRefused(error: unknown): null {
  if (error instanceof AgentError) return null;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM") return null;
  throw error;
}

function decodeOrNull(bytes: Uint8Array): ReturnType<typeof decode> | null {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof UnreadableText) return null;
    throw error;
  }
}
