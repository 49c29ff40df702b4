/** One file changed in one step: whoever looks, and whatever breaks off, there is the old file or the new one. */
import { AgentError } from "./agent-error.ts";
import { hashBytes } from "./bytes.ts";
import { pathsOf } from "./paths.ts";
import type { AgentWorld, FileFacts } from "./types.ts";

export interface Replacement {
  realPath: string;
  bytes: Uint8Array;
  /** Of the file beside it that becomes the new one. */
  temp: string;
  /** What the file must still be; null for one that is not there. */
  expectedHash: string | null;
  rights: Pick<FileFacts, "mode" | "uid" | "gid"> | null;
  /** For a file that was not there. */
  newMode: number;
  folders: readonly string[];
}

const FOLDER_MODE = 0o755;

/** @throws AgentError changed-meanwhile, refused; what the file system throws. */
export async function writeFile(world: AgentWorld, replacement: Replacement): Promise<void> {
  const { realPath, bytes, temp, expectedHash, rights, newMode, folders } = replacement;
  const { files } = world;
  for (const folder of folders) if ((await files.facts(folder)) === null) await files.makeFolder(folder, FOLDER_MODE);
  try {
    await files.create(temp, bytes, rights === null ? newMode : 0o600);
    if (rights !== null) await files.copyRights(temp, rights);
    // As late as can be: others write these files, too.
    const now = await files.read(realPath);
    if ((now === null ? null : hashBytes(now)) !== expectedHash) throw changed(realPath);
    await files.rename(temp, realPath);
  } catch (error) {
    await files.remove(temp).catch(() => {});
    throw explain(error, realPath);
  }
  await files.flushFolder(pathsOf(world.platform).dirname(realPath));
}

export async function removeFile(world: AgentWorld, path: string, expectedHash: string): Promise<void> {
  const now = await world.files.read(path);
  if (now === null) return;
  if (hashBytes(now) !== expectedHash) throw changed(path);
  await world.files.remove(path);
  await world.files.flushFolder(pathsOf(world.platform).dirname(path));
}

/** Those of ours that nobody has put anything into. */
export async function removeFolders(world: AgentWorld, folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) {
    if ((await world.files.facts(folder)) === null) continue;
    if ((await world.files.list(folder)).length > 0) return;
    await world.files.removeFolder(folder);
  }
}

export const tempBeside = (world: AgentWorld, path: string): string => {
  const { dirname, basename, join } = pathsOf(world.platform);
  return join(dirname(path), `.${basename(path)}.tokligence-${world.randomName()}`);
};

const changed = (path: string): AgentError =>
  new AgentError("changed-meanwhile", `${path} was changed while it was to be written. Try again.`, { path });

function explain(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : REASONS[code];
  return reason === undefined ? error : new AgentError("refused", `${path} cannot be written: ${reason}.`, { path });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "its folder may not be changed by this user",
  EPERM: "the system does not allow it",
  EROFS: "it lies on a file system that is read-only",
  ENOSPC: "the disk is full",
  EBUSY: "another program holds it, or it is mounted by itself",
  EXDEV: "it cannot be replaced in one step where it lies",
};
