/**
 * Coding agents on this computer: found, connected to the gateway, and disconnected again without a trace. `recipes/` know
 * the agents, `editors/` change single keys of a file, `desk.ts` is the way in. Files are reached through a `FileAccess`
 * only, so that other systems and crashes can be played.
 */
import type { Json } from "./json.ts";

export type Platform = "linux" | "darwin" | "win32";

/** What the file system says of a path, links not followed. */
export interface FileFacts {
  kind: "file" | "folder" | "link" | "other";
  mode: number;
  uid: number;
  gid: number;
  bytes: number;
}

/** All that is done with files. Everything throws what `node:fs` throws; "not there" is null. */
export interface FileAccess {
  read(path: string): Promise<Uint8Array | null>;
  facts(path: string): Promise<FileFacts | null>;
  /** Where a link leads to, one step. */
  linkTarget(path: string): Promise<string>;
  list(folder: string): Promise<string[]>;
  makeFolder(path: string, mode: number): Promise<void>;
  /** A file that was not there before, flushed to the disk. */
  create(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Mode and owner, where they can be set. */
  copyRights(path: string, rights: Pick<FileFacts, "mode" | "uid" | "gid">): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes a rename in it last over a loss of power. */
  flushFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Only an empty one. */
  removeFolder(path: string): Promise<void>;
}

/** The computer that agents are on. */
export interface AgentWorld {
  platform: Platform;
  home: string;
  /** Where projects' own settings are looked for. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  files: FileAccess;
  /** What a program prints; null when it fails or takes long. */
  run(command: string, args: string[]): Promise<string | null>;
  nowMs(): number;
  randomName(): string;
  /** True while a process of that number lives. */
  isAlive(pid: number): boolean;
  pid: number;
}

/** An element of a list, by what one of its members says. */
export interface Item {
  field: string;
  is: string;
}
export type KeyPath = readonly (string | Item)[];

export type FileFormat = "json" | "toml" | "yaml" | "dotenv" | "block";

export interface DesiredEdit {
  path: KeyPath;
  /** Left out, the key is to be removed. */
  value?: Json;
  /** In its stead, where the value depends on what the file says. */
  valueFrom?: (whole: Json) => Json;
  /** Masked wherever it is shown. */
  isSecret?: boolean;
  /** Old sessions of the agent need it to be opened again. */
  holdsHistory?: boolean;
  /** In a list, before all others. */
  first?: boolean;
  /** The agent writes it anew as it likes: no drift, and ours to take away whatever it says. */
  isLoose?: boolean;
}

export interface DesiredFile {
  path: string;
  format: FileFormat;
  edits: DesiredEdit[];
  /** Members without which the agent takes the file for broken; set only where there was no file. */
  skeleton?: { path: KeyPath; value: Json }[];
  /** A file of a version that we do not know is not touched. */
  refuseIf?: (value: Json) => string | null;
}

/** A model as the gateway lists it. */
export interface OfferedModel {
  id: string;
  contextTokens: number | null;
  outputTokens: number | null;
}

/** What an agent is to be connected to. */
export interface Target {
  /** Origin of the gateway, without a slash at its end. */
  baseUrl: string;
  token: string;
  /** The one to begin with; null leaves the agent's own choice. */
  model: string | null;
  models: OfferedModel[];
}

/** The folders of a computer, as recipes name them. */
export interface Places {
  platform: Platform;
  home: string;
  env: AgentWorld["env"];
  join: (...parts: string[]) => string;
  /** `~/.config`, or what XDG says. */
  config: string;
  /** Of Windows: roaming data. */
  appData: string;
  /** VS Code's folder for the user's settings. */
  vsCodeUser: string;
  /** Of the gateway, for files of ours that agents read. */
  dataDir: string;
  cwd: string;
}

export interface WatchedFile {
  path: string;
  format: FileFormat;
  /** Any of these there, and not as we wrote it, is a conflict. */
  keys: KeyPath[];
}

/** `written`: files are edited. `launcher`: takes variables only. `guided`: a person has to do it. */
export type Support = "written" | "launcher" | "guided";

export interface Recipe {
  id: string;
  title: string;
  /** Protocols that it can be asked to speak; the first is the one that is set up. */
  speaks: string;
  support: Support;
  /** Programs that it is started by. */
  commands: string[];
  /** Beginnings of the names of its folders among VS Code's extensions. */
  extensions?: string[];
  /** It exists where one of these does. */
  traces(places: Places): string[];
  /** It must be told a model. */
  needsModel: boolean;
  /** The files that hold its settings, whether they are there or not; the first one that is there counts, per list. */
  candidates?(places: Places): string[][];
  /** @param chosen the file of each list of `candidates`. */
  files(target: Target, places: Places, chosen: string[]): DesiredFile[];
  /** For a shell, where nothing is written or nothing should be. */
  variables?(target: Target): Record<string, string>;
  /** Its files take no key: the person is shown it, once, to put it where `afterwards` says. */
  keyByHand?: boolean;
  /** What the person has still to do, once files are written. */
  afterwards: string[];
  /** Steps of a guided connection. */
  guide?(): string[];
  /** Variables of the environment that are stronger than its files. */
  strongVariables: string[];
  projectFiles?(places: Places): WatchedFile[];
  /** Of an administrator: where one of the keys is there, nothing is written. */
  policies?(places: Places): WatchedFile[];
}
