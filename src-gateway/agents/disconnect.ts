/** Takes an agent's settings back. Can be broken off anywhere and begun again: what is done already is found done. */

import { rightsOf } from "./commit.ts";
import type { LeftKey } from "./edit-text.ts";
import type { Journal, JournalStore } from "./journal.ts";
import type { AgentWorld } from "./types.ts";
import { type UndoneFile, undoFile } from "./undo-file.ts";
import { removeFile, removeFolders, writeFile } from "./write-file.ts";

export interface DisconnectedFile {
  path: string;
  how: UndoneFile["how"];
  left: LeftKey[];
}

export async function disconnect(
  world: AgentWorld,
  store: JournalStore,
  journal: Journal,
): Promise<DisconnectedFile[]> {
  const { agent, keepHistory } = journal;
  // All of them first: one that cannot be read must not leave the others half undone.
  const undone: UndoneFile[] = [];
  for (const file of journal.files) undone.push(await undoFile(world, store, agent, file, keepHistory));
  await store.write({ ...journal, phase: "undoing" });
  const done: DisconnectedFile[] = [];
  for (const [place, file] of journal.files.entries()) {
    const result = undone[place];
    if (!result) continue;
    const { found, bytes, how, left } = result;
    done.push({ path: file.path, how, left });
    await world.files.remove(file.temp);
    if (bytes === null && found.hash !== null) await removeFile(world, found.realPath, found.hash);
    else if (bytes !== null && bytes !== found.bytes) {
      await writeFile(world, {
        realPath: found.realPath,
        bytes,
        temp: file.temp,
        expectedHash: found.hash,
        rights: rightsOf(found.facts),
        newMode: 0o600,
        folders: [],
      });
    }
    if (bytes === null) await removeFolders(world, file.createdFolders);
  }
  await store.remove(agent);
  await store.prune(agent, []);
  return done;
}
