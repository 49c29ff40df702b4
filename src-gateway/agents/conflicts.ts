/** What is stronger than the files we write: variables, projects' own settings, and what an administrator has set. */
import { decode } from "./bytes.ts";
import { hashOf } from "./edit-text.ts";
import { editorOf } from "./editors/editor-of.ts";
import { UnreadableText } from "./editors/types.ts";
import type { Journal } from "./journal.ts";
import { type Json, nameOf, valueAt } from "./json.ts";
import { readFile } from "./read-file.ts";
import type { AgentWorld, Places, Recipe, WatchedFile } from "./types.ts";

export interface Conflict {
  kind: "environment" | "shell" | "project" | "policy";
  /** A file, or the words "the environment". */
  where: string;
  line: number | null;
  key: string;
}

/** Of an administrator: nothing can be written against them. */
export const findPolicies = (world: AgentWorld, recipe: Recipe, places: Places): Promise<Conflict[]> =>
  findInFiles(world, "policy", recipe.policies?.(places) ?? [], () => false);

export async function findConflicts(
  world: AgentWorld,
  recipe: Recipe,
  places: Places,
  journal: Journal | null,
): Promise<Conflict[]> {
  const isOurs = (value: Json): boolean => {
    if (journal === null) return false;
    if (typeof value === "string" && (value === journal.baseUrl || value.startsWith(`${journal.baseUrl}/`)))
      return true;
    const hash = hashOf(value);
    return (
      hash === journal.tokenHash ||
      journal.files.some(({ keys }) => keys.some(({ writtenHash }) => writtenHash === hash))
    );
  };
  const environment = recipe.strongVariables
    .filter((name) => isSet(world.env[name]) && !isOurs(world.env[name] ?? ""))
    .map((key): Conflict => ({ kind: "environment", where: "the environment", line: null, key }));
  return [
    ...(await findPolicies(world, recipe, places)),
    ...environment,
    ...(await findInShell(world, recipe, places, isOurs)),
    ...(await findInFiles(world, "project", recipe.projectFiles?.(places) ?? [], isOurs)),
  ];
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

async function findInFiles(
  world: AgentWorld,
  kind: Conflict["kind"],
  files: WatchedFile[],
  isOurs: (value: Json) => boolean,
): Promise<Conflict[]> {
  const found: Conflict[] = [];
  for (const { path, format, keys } of files) {
    const text = await textOf(world, path);
    if (text === null) continue;
    const editor = editorOf(format);
    try {
      const whole = editor.parse(text);
      for (const key of keys) {
        const value = valueAt(whole, key);
        if (value !== undefined && !isOurs(value))
          found.push({ kind, where: path, line: editor.lineOf(text, key), key: nameOf(key) });
      }
    } catch (error) {
      // The agent cannot read it either.
      if (!(error instanceof UnreadableText)) throw error;
    }
  }
  return found;
}

/** Files that shells read when they start. */
const SHELL_FILES = [
  ".bashrc",
  ".bash_profile",
  ".bash_login",
  ".profile",
  ".zshrc",
  ".zshenv",
  ".zprofile",
  ".zlogin",
  ".config/fish/config.fish",
] as const;
const WORLDWIDE = ["/etc/environment", "/etc/profile", "/etc/bash.bashrc", "/etc/zsh/zshenv", "/etc/zshenv"] as const;

async function findInShell(
  world: AgentWorld,
  recipe: Recipe,
  places: Places,
  isOurs: (value: Json) => boolean,
): Promise<Conflict[]> {
  if (recipe.strongVariables.length === 0) return [];
  const own = SHELL_FILES.map((name) => places.join(places.home, ...name.split("/")));
  const assignment = new RegExp(
    `^\\s*(?:(?:export|declare -x|typeset -x)\\s+|set\\s+(?:-\\w+\\s+)*-?\\w*x\\w*\\s+)?(${recipe.strongVariables.join("|")})(?:=|\\s+)(\\S.*)$`,
  );
  const found: Conflict[] = [];
  for (const path of world.platform === "win32" ? own : [...own, ...WORLDWIDE]) {
    const text = await textOf(world, path);
    for (const [n, line] of (text ?? "").split(/\r?\n/).entries()) {
      const [, key, value] = assignment.exec(line) ?? [];
      if (key === undefined || value === undefined || /^\s*(?:#|unset|if|for)\b/.test(line)) continue;
      if (!isOurs(value.replace(/\s+#.*$/, "").replace(/^(["'])(.*)\1$/, "$2"))) {
        found.push({ kind: "shell", where: path, line: n + 1, key });
      }
    }
  }
  return found;
}

async function textOf(world: AgentWorld, path: string): Promise<string | null> {
  try {
    const { bytes } = await readFile(world, path);
    return bytes === null ? null : decode(bytes).text;
  } catch {
    // A folder of that name, or a file that only others may read.
    return null;
  }
}
