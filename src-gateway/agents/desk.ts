/** The way in: list, plan, connect, disconnect and repair the agents of one computer. One thing at a time. */
import { AgentError } from "./agent-error.ts";
import { decode } from "./bytes.ts";
import { commit } from "./commit.ts";
import { type Conflict, findConflicts } from "./conflicts.ts";
import { detect, type Installed } from "./detect.ts";
import { maskSecrets, unifiedDiff } from "./diff.ts";
import { type DisconnectedFile, disconnect } from "./disconnect.ts";
import { type Drift, findDrift } from "./drift.ts";
import { hashOf } from "./edit-text.ts";
import { editorOf } from "./editors/editor-of.ts";
import { createJournalStore, type Journal, type JournalStore } from "./journal.ts";
import { nameOf, valueAt } from "./json.ts";
import { underLock } from "./lock.ts";
import { placesOf } from "./paths.ts";
import { type PreparedFile, prepare } from "./prepare.ts";
import { readFile } from "./read-file.ts";
import { RECIPES } from "./recipes/recipes.ts";
import { type Recovered, recover } from "./recover.ts";
import type { AgentWorld, Places, Recipe, Target } from "./types.ts";

export interface AgentState {
  recipe: Recipe;
  installed: Installed | null;
  journal: Journal | null;
  drift: Drift[];
  conflicts: Conflict[];
}

export interface PlannedFile {
  path: string;
  isNew: boolean;
  /** Unified, with secrets masked; empty where nothing changes. */
  diff: string;
  edits: { key: string; line: number | null; what: "set" | "removed" }[];
  /** Keys that somebody has changed since we wrote them, and that are about to be ours again. */
  overwritten: { key: string; line: number | null }[];
  /** Others on this computer may read the file that a key goes into. */
  isReadByOthers: boolean;
}

export interface ConnectPlan {
  recipe: Recipe;
  files: PlannedFile[];
  conflicts: Conflict[];
  isConnected: boolean;
}

export interface KeyMint {
  /** Null where the person brought a key. */
  id: number | null;
  token: string;
}

export interface AgentDesk {
  recipe(id: string): Recipe;
  list(): Promise<AgentState[]>;
  state(id: string): Promise<AgentState>;
  /** @throws AgentError refused, needs-model */
  plan(id: string, target: Target): Promise<ConnectPlan>;
  /** @throws AgentError */
  connect(
    id: string,
    target: Omit<Target, "token">,
    /** @param known the key that the agent has already. */
    mint: (known: KeyMint | null) => Promise<KeyMint>,
  ): Promise<{ journal: Journal; replacedKeyId: number | null }>;
  /** Null where it was not connected. @throws AgentError */
  disconnect(
    id: string,
    options?: { keepHistory?: boolean },
  ): Promise<{ files: DisconnectedFile[]; apiKeyId: number | null } | null>;
  /** Finishes or takes back what a process that died has begun. */
  recover(): Promise<Recovered[]>;
}

export function createAgentDesk(world: AgentWorld, dataDir: string): AgentDesk {
  const store = createJournalStore(world, dataDir);
  const places = placesOf(world, dataDir);
  const inTurn = createQueue();
  const recipeOf = (id: string): Recipe => {
    const recipe = RECIPES.find((each) => each.id === id);
    if (recipe) return recipe;
    const known = RECIPES.map((each) => each.id).join(", ");
    throw new AgentError("unknown-agent", `There is no agent "${id.slice(0, 50)}". Known are: ${known}.`);
  };
  const alone = <Result>(work: () => Promise<Result>): Promise<Result> =>
    inTurn(() => underLock(world, store.folder, work));
  const stateOf = async (recipe: Recipe): Promise<AgentState> => {
    const journal = await store.read(recipe.id);
    return {
      recipe,
      installed: await detect(world, recipe, places),
      journal,
      drift: journal === null ? [] : await findDrift(world, journal),
      conflicts: await findConflicts(world, recipe, places, journal),
    };
  };
  return {
    recipe: recipeOf,
    list: () => Promise.all(RECIPES.map(stateOf)),
    state: async (id) => stateOf(recipeOf(id)),
    async plan(id, target) {
      const recipe = recipeOf(id);
      const { files, journal } = await prepare(world, store, places, recipe, target);
      return {
        recipe,
        files: files.map((file) => plannedFile(file, target.token)),
        conflicts: await findConflicts(world, recipe, places, journal),
        isConnected: journal !== null,
      };
    },
    connect: (id, target, mint) => alone(() => connectNow({ world, store, places }, recipeOf(id), target, mint)),
    disconnect: (id, { keepHistory = false } = {}) =>
      alone(async () => {
        recipeOf(id);
        await recoverOne(world, store, id);
        const journal = await store.read(id);
        if (journal === null) return null;
        return { files: await disconnect(world, store, { ...journal, keepHistory }), apiKeyId: journal.apiKeyId };
      }),
    recover: async () => {
      const begun = (await store.list()).filter(({ phase }) => phase !== "connected");
      if (begun.length === 0) return [];
      return alone(async () => {
        const done: Recovered[] = [];
        for (const { agent } of begun) {
          const recovered = await recoverOne(world, store, agent);
          if (recovered) done.push(recovered);
        }
        return done;
      });
    },
  };
}

type Mint = Parameters<AgentDesk["connect"]>[2];

async function connectNow(
  { world, store, places }: { world: AgentWorld; store: JournalStore; places: Places },
  recipe: Recipe,
  target: Omit<Target, "token">,
  mint: Mint,
): ReturnType<AgentDesk["connect"]> {
  if (recipe.support !== "written") throw notWritten(recipe);
  await recoverOne(world, store, recipe.id);
  // Everything that can be refused is refused before a key is made for nothing.
  await prepare(world, store, places, recipe, { ...target, token: "" });
  const key = await mint(await knownKey(world, await store.read(recipe.id)));
  const full = { ...target, token: key.token };
  const { files, journal: previous } = await prepare(world, store, places, recipe, full);
  try {
    const journal = await commit(world, store, { recipe, target: full, apiKeyId: key.id, files, previous });
    const old = previous?.apiKeyId ?? null;
    return { journal, replacedKeyId: old === key.id ? null : old };
  } catch (error) {
    await recoverOne(world, store, recipe.id);
    throw error;
  }
}

async function recoverOne(world: AgentWorld, store: JournalStore, agent: string): Promise<Recovered | null> {
  const journal = await store.read(agent);
  return journal === null ? null : recover(world, store, journal);
}

/** The key in the agent's files, if it is still the one that was written. */
async function knownKey(world: AgentWorld, journal: Journal | null): Promise<KeyMint | null> {
  for (const { path, format, keys } of journal?.files ?? []) {
    const { bytes } = await readFile(world, path);
    if (bytes === null) continue;
    const value = editorOf(format).parse(decode(bytes).text);
    for (const key of keys) {
      const now = key.isSecret ? valueAt(value, key.path) : undefined;
      if (typeof now === "string" && hashOf(now) === journal?.tokenHash) return { id: journal.apiKeyId, token: now };
    }
  }
  return null;
}

function notWritten({ title, id }: Recipe): AgentError {
  return new AgentError(
    "refused",
    `${title} cannot be connected by writing files. \`gateway connect ${id} --print\` shows what to do.`,
  );
}

function plannedFile(file: PreparedFile, token: string): PlannedFile {
  const { found, next, changes, left, holdsSecret } = file;
  const before = found.bytes === null ? null : decode(found.bytes).text;
  const after = next === null ? null : decode(next).text;
  const secrets = [
    token,
    ...changes.flatMap(({ isSecret, before: old }) => (isSecret && typeof old === "string" ? [old] : [])),
  ];
  return {
    path: found.path,
    isNew: found.bytes === null,
    diff: maskSecrets(unifiedDiff(found.path, before, after), secrets),
    edits: changes.map(({ path, line, after: value }) => ({
      key: nameOf(path),
      line,
      what: value === undefined ? "removed" : "set",
    })),
    overwritten: left.map(({ path, line }) => ({ key: nameOf(path), line })),
    isReadByOthers: holdsSecret && found.facts !== null && (found.facts.mode & 0o077) !== 0,
  };
}

/** Calls of one process wait for each other; the lock file keeps out other processes. */
function createQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}
