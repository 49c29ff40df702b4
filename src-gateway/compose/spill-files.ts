/** Where records wait that the database could not take. */
import { readdirSync } from "node:fs";
import { appendFile, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Settings } from "../settings/types.ts";
import { beside } from "../settings/worker-settings.ts";

const SPILL_FILE = "unsaved-exchanges.ndjson";
const OF_WORKER = /^unsaved-exchanges\.worker-(\d+)\.ndjson$/;

type Own = Pick<Settings, "dataDir" | "worker">;

/** Each process has its own: two that write one file would tear each other's lines. */
export function spillFileOf({ dataDir, worker }: Own): string {
  const file = join(dataDir, SPILL_FILE);
  return worker === undefined || worker.number === 1 ? file : beside(file, worker.number);
}

/** Before any worker runs: what they left is taken over, for they may be fewer the next time, or none at all. */
export async function adoptSpills(settings: Own): Promise<void> {
  const { dataDir, worker } = settings;
  if (worker !== undefined) return;
  const own = spillFileOf(settings);
  for (const name of namesIn(dataDir)) {
    if (!OF_WORKER.test(name) || name === basename(own)) continue;
    const file = join(dataDir, name);
    const text = await readFile(file, "utf8");
    // A line that was torn by a crash must not swallow the next one.
    if (text !== "") await appendFile(own, text.endsWith("\n") ? text : `${text}\n`, { mode: 0o600 });
    await rm(file);
  }
}

/** At once: a thread for it takes longer to come than one look. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
