import { existsSync } from "node:fs";
import { createRevisionRows, type RevisionRows } from "../revisions/revision-rows.ts";
import { readTextNow } from "../settings/read-text.ts";
import { type Settings, SettingsError } from "../settings/types.ts";
import type { Store } from "../store/open-store.ts";
import { createLiveConfig, type LiveConfig, type LiveConfigOptions } from "./live-config.ts";

/** How far back one that this program can use is looked for. */
const MAX_STEPS_BACK = 20;

/** From the file, or from the newest revision in the database, whichever the settings say. @throws SettingsError */
export async function openConfig(store: Pick<Store, "db">, options: LiveConfigOptions): Promise<LiveConfig> {
  const { settings, log } = options;
  if (settings.configuration.source === "file") return createLiveConfig(options);
  const rows = createRevisionRows(store, "database");
  const newest = await rows.newest();
  // What the file says becomes the first revision.
  if (newest === null) return createLiveConfig({ ...options, text: textOfFile(settings) });
  try {
    return createLiveConfig({ ...options, text: newest.text });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    // Written by a newer program, or its providers came from variables that are not set here.
    const found = await lastGood(rows, newest.id, options);
    if (found === null) throw error;
    log.error({ problems: error.problems }, "the newest configuration cannot be used here; an earlier one is in force");
    found.refuse(error);
    return found;
  }
}

async function lastGood(rows: RevisionRows, newestId: number, options: LiveConfigOptions): Promise<LiveConfig | null> {
  for (const { id } of await rows.list({ beforeId: newestId, limit: MAX_STEPS_BACK })) {
    const revision = await rows.find(id);
    try {
      if (revision !== null) return createLiveConfig({ ...options, text: revision.text });
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
    }
  }
  return null;
}

const textOfFile = ({ configFile }: Settings): string =>
  configFile !== null && existsSync(configFile) ? readTextNow(configFile) : "";
