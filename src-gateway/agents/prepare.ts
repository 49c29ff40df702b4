/** What would be written to connect an agent: each file as it is and as it would be. Reads, and changes nothing. */
import { AgentError } from "./agent-error.ts";
import { decode, encode, hashBytes } from "./bytes.ts";
import { findPolicies } from "./conflicts.ts";
import { editText, type KeyChange, type KeyRecord, type LeftKey } from "./edit-text.ts";
import { editorOf } from "./editors/editor-of.ts";
import type { Journal, JournalStore } from "./journal.ts";
import { valueAt, withValue } from "./json.ts";
import { type FoundFile, readFile } from "./read-file.ts";
import type { AgentWorld, DesiredFile, FileFormat, Places, Recipe, Target } from "./types.ts";
import { refusal, undoFile } from "./undo-file.ts";

export interface PreparedFile {
  found: FoundFile;
  format: FileFormat;
  /** As it would be without us; null for none. */
  baseline: Uint8Array | null;
  /** Null where ours is to go. */
  next: Uint8Array | null;
  nextHash: string | null;
  keys: KeyRecord[];
  changes: KeyChange[];
  /** Keys that somebody changed since the last writing. */
  left: LeftKey[];
  holdsSecret: boolean;
  createdFolders: string[];
}

export async function prepare(
  world: AgentWorld,
  store: JournalStore,
  places: Places,
  recipe: Recipe,
  target: Target,
): Promise<{ files: PreparedFile[]; journal: Journal | null }> {
  const [policy] = await findPolicies(world, recipe, places);
  if (policy) {
    throw new AgentError(
      "refused",
      `${recipe.title} is managed: ${policy.where}${policy.line === null ? "" : `:${policy.line}`} sets ${policy.key}, ` +
        "so nothing was written. Whoever manages this computer has to connect it.",
      { path: policy.where, line: policy.line },
    );
  }
  if (recipe.needsModel && target.model === null) {
    throw new AgentError(
      "needs-model",
      `${recipe.title} has to be told a model, and the gateway lists none. Name one with --model.`,
    );
  }
  const journal = await store.read(recipe.id);
  const desired = recipe.files(target, places, await chooseFiles(world, recipe, places));
  const files: PreparedFile[] = [];
  for (const file of desired) files.push(await prepareFile(world, store, file, recipe, journal));
  // Where the agent has moved to another file, ours leave the old one.
  for (const old of journal?.files ?? []) {
    if (desired.some(({ path }) => path === old.path)) continue;
    files.push(await prepareFile(world, store, { path: old.path, format: old.format, edits: [] }, recipe, journal));
  }
  return { files, journal };
}

/** Of each list the first file that is there, else the first of all. */
export async function chooseFiles(world: AgentWorld, recipe: Recipe, places: Places): Promise<string[]> {
  const chosen: string[] = [];
  for (const list of recipe.candidates?.(places) ?? []) {
    let found: string | undefined;
    for (const path of list) if (found === undefined && (await world.files.facts(path)) !== null) found = path;
    const path = found ?? list[0];
    if (path !== undefined) chosen.push(path);
  }
  return chosen;
}

async function prepareFile(
  world: AgentWorld,
  store: JournalStore,
  desired: DesiredFile,
  recipe: Recipe,
  journal: Journal | null,
): Promise<PreparedFile> {
  const old = journal?.files.find(({ path }) => path === desired.path);
  const undone = old === undefined ? null : await undoFile(world, store, recipe.id, old);
  const found = undone?.found ?? (await readFile(world, desired.path));
  const baseline = undone === null ? found.bytes : undone.bytes;
  requireWritable(found);
  try {
    const { text, hasMark } = baseline === null ? { text: skeletonOf(desired), hasMark: false } : decode(baseline);
    const why = desired.refuseIf?.(editorOf(desired.format).parse(text)) ?? null;
    if (why !== null)
      throw new AgentError("refused", `${desired.path} is left alone, because ${why}.`, { path: desired.path });
    const edited = editText(text, desired.format, desired.edits);
    const isGone = baseline === null && desired.edits.length === 0;
    const next = isGone
      ? null
      : edited.text === text && baseline !== null
        ? baseline
        : encode({ text: edited.text, hasMark });
    return {
      found,
      format: desired.format,
      baseline,
      next,
      nextHash: next === null ? null : hashBytes(next),
      keys: edited.keys,
      changes: edited.changes,
      left: undone?.left ?? [],
      holdsSecret: desired.edits.some(({ isSecret }) => isSecret),
      createdFolders: [...(old?.createdFolders ?? []), ...found.missingFolders],
    };
  } catch (error) {
    throw refusal(error, desired.path);
  }
}

function skeletonOf({ format, skeleton = [] }: DesiredFile): string {
  const editor = editorOf(format);
  let whole = editor.parse("");
  let text = "";
  for (const { path, value } of skeleton) {
    if (valueAt(whole, path) !== undefined) continue;
    text = editor.set(text, path, { value }, false);
    whole = withValue(whole, path, value);
  }
  return text;
}

/** Somebody meant it to stay as it is, even where the system would let it be replaced. */
function requireWritable({ path, realPath, facts }: FoundFile): void {
  if (facts === null || (facts.mode & 0o222) !== 0) return;
  const where = path === realPath ? path : `${path} (${realPath})`;
  throw new AgentError(
    "refused",
    `${where} is read-only. Make it writable (chmod u+w), or put the lines in by hand: --print shows them.`,
    { path },
  );
}
