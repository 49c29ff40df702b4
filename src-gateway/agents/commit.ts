/** Writes what was prepared, so that at each moment the journal says how to go back. */
import { hashBytes } from "./bytes.ts";
import { hashOf } from "./edit-text.ts";
import type { Journal, JournalFile, JournalStore } from "./journal.ts";
import type { PreparedFile } from "./prepare.ts";
import type { AgentWorld, FileFacts, Recipe, Target } from "./types.ts";
import { removeFile, removeFolders, tempBeside, writeFile } from "./write-file.ts";

export interface Commitment {
  recipe: Recipe;
  target: Target;
  apiKeyId: number | null;
  files: PreparedFile[];
  previous: Journal | null;
}

const PRIVATE = 0o600;
const ORDINARY = 0o644;

export async function commit(world: AgentWorld, store: JournalStore, commitment: Commitment): Promise<Journal> {
  const { recipe, target, apiKeyId, files, previous } = commitment;
  const entries: JournalFile[] = [];
  for (const file of files) entries.push(await entryOf(world, store, recipe.id, file));
  const journal: Journal = {
    version: 1,
    agent: recipe.id,
    phase: "writing",
    connectedAtMs: world.nowMs(),
    baseUrl: target.baseUrl,
    model: target.model,
    apiKeyId,
    tokenHash: hashOf(target.token),
    files: entries,
    keepHistory: false,
    previous: previous && { ...previous, previous: null },
  };
  await store.write(journal);
  for (const [place, file] of files.entries()) {
    const entry = entries[place];
    if (entry) await put(world, entry, file);
  }
  const done: Journal = {
    ...journal,
    phase: "connected",
    previous: null,
    files: entries.filter(({ keys }) => keys.length > 0),
  };
  await store.write(done);
  await store.prune(
    recipe.id,
    done.files.flatMap(({ baseline, from }) => [baseline ?? "", from ?? ""]),
  );
  return done;
}

async function entryOf(
  world: AgentWorld,
  store: JournalStore,
  agent: string,
  file: PreparedFile,
): Promise<JournalFile> {
  const { found, baseline } = file;
  const kept = baseline === null ? null : await store.backUp(agent, baseline);
  const isSame = baseline !== null && found.hash === hashBytes(baseline);
  const from = found.bytes === null ? null : isSame ? kept : await store.backUp(agent, found.bytes);
  return {
    path: found.path,
    realPath: found.realPath,
    format: file.format,
    baseline: kept,
    from,
    fromHash: found.hash,
    writtenHash: file.nextHash,
    rights: rightsOf(found.facts),
    createdFolders: file.createdFolders,
    temp: tempBeside(world, found.realPath),
    keys: file.keys,
  };
}

export const rightsOf = (facts: FileFacts | null): JournalFile["rights"] =>
  facts === null ? null : { mode: facts.mode, uid: facts.uid, gid: facts.gid };

async function put(world: AgentWorld, entry: JournalFile, file: PreparedFile): Promise<void> {
  if (file.nextHash === entry.fromHash) return;
  if (file.next === null) {
    if (entry.fromHash !== null) await removeFile(world, entry.realPath, entry.fromHash);
    return removeFolders(world, entry.createdFolders);
  }
  await writeFile(world, {
    realPath: entry.realPath,
    bytes: file.next,
    temp: entry.temp,
    expectedHash: entry.fromHash,
    rights: entry.rights,
    newMode: file.holdsSecret ? PRIVATE : ORDINARY,
    folders: file.found.missingFolders,
  });
}
