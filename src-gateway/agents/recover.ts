/** After a process that died in the middle: what it had begun is finished, or taken back. */
import { disconnect } from "./disconnect.ts";
import type { Journal, JournalFile, JournalStore } from "./journal.ts";
import { readFile } from "./read-file.ts";
import type { AgentWorld } from "./types.ts";
import { removeFile, removeFolders, writeFile } from "./write-file.ts";

export interface Recovered {
  agent: string;
  what: "finished" | "taken-back" | "disconnected";
  /** A client key that nothing uses any more. */
  unusedKeyId: number | null;
}

/** Null where there was nothing to do. */
export async function recover(world: AgentWorld, store: JournalStore, journal: Journal): Promise<Recovered | null> {
  const { agent, phase, apiKeyId } = journal;
  if (phase === "connected") return null;
  if (phase === "undoing") {
    await disconnect(world, store, journal);
    return { agent, what: "disconnected", unusedKeyId: apiKeyId };
  }
  const found = await Promise.all(journal.files.map((file) => readFile(world, file.path)));
  if (journal.files.every((file, place) => found[place]?.hash === file.writtenHash)) {
    for (const file of journal.files) await world.files.remove(file.temp);
    await store.write({
      ...journal,
      phase: "connected",
      previous: null,
      files: journal.files.filter(({ keys }) => keys.length > 0),
    });
    const oldKey = journal.previous?.apiKeyId ?? null;
    return { agent, what: "finished", unusedKeyId: oldKey === apiKeyId ? null : oldKey };
  }
  for (const file of journal.files) await goBack(world, store, agent, file);
  if (journal.previous) await store.write(journal.previous);
  else await store.remove(agent);
  return { agent, what: "taken-back", unusedKeyId: journal.previous?.apiKeyId === apiKeyId ? null : apiKeyId };
}

async function goBack(world: AgentWorld, store: JournalStore, agent: string, file: JournalFile): Promise<void> {
  await world.files.remove(file.temp);
  const now = await readFile(world, file.path);
  // Somebody has written since: that is theirs, and our keys in it will be reported as such.
  const isOurs = now.hash === file.writtenHash && now.hash !== file.fromHash;
  if (isOurs && file.from !== null) {
    await writeFile(world, {
      realPath: now.realPath,
      bytes: await store.readBackup(agent, file.from),
      temp: file.temp,
      expectedHash: now.hash,
      rights: file.rights,
      newMode: 0o600,
      folders: [],
    });
  } else if (isOurs && now.hash !== null) await removeFile(world, now.realPath, now.hash);
  if (file.fromHash === null && (await world.files.facts(now.realPath)) === null)
    await removeFolders(world, file.createdFolders);
}
