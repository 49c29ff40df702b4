/** Keys of providers that lie in files of other programs, by the variables that these are known by. Pure. */

export interface FoundKey {
  provider: string;
  variable: string;
  /** From 1. */
  line: number;
  value: string;
}

/** Below the home folder. No login of an agent is among them. */
export const FILES_WITH_KEYS = [
  ".env",
  ".zshrc",
  ".zshenv",
  ".zprofile",
  ".bashrc",
  ".bash_profile",
  ".profile",
  ".config/fish/config.fish",
  ".config/environment.d/keys.conf",
  ".gemini/.env",
  ".qwen/.env",
  ".qwen/settings.json",
  ".claude/settings.json",
  ".continue/.env",
  ".codex/.env",
  ".aider.conf.yml",
] as const;

/** Those that a shell runs, in which a block of lines must not become empty. */
export const isScript = (name: string): boolean => /^\.(?:z|bash|profile)|\.fish$/.test(name);
/** Those without a place for a remark are left to their owner. */
export const FILES_WITH_REMARKS = FILES_WITH_KEYS.filter((name) => !name.endsWith(".json"));

const MIN_KEY = 12;

/** @param variables what each name is the key of. The last line with a name counts, as it does in a shell. */
export function keysInFile(text: string, variables: ReadonlyMap<string, string>): FoundKey[] {
  const found = new Map<string, FoundKey>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const { variable, value } = assignedIn(line) ?? {};
    const provider = variable === undefined ? undefined : variables.get(variable);
    if (variable === undefined || provider === undefined) continue;
    if (value === null || value === undefined) found.delete(variable);
    else found.set(variable, { provider, variable, line: index + 1, value });
  }
  return [...found.values()];
}

/** What may be a key in a line that assigns something to a name; null where none is assigned. */
export function keyInLine(line: string): { variable: string; value: string } | null {
  const { variable, value } = assignedIn(line) ?? {};
  return variable === undefined || value === null || value === undefined ? null : { variable, value };
}

/** The value is null where it cannot be a key. */
function assignedIn(line: string): { variable: string; value: string | null } | null {
  if (/^\s*(?:#|\/\/)/.test(line)) return null;
  const match =
    /^\s*[{,]?\s*(?:export\s+|set\s+(?:-\w+\s+)+|set-env:\s*-?\s*|-\s*)?["']?([A-Za-z][A-Za-z0-9_-]*)["']?\s*(?:[:=]|\s)\s*(.*)$/.exec(
      line,
    );
  if (!match) return null;
  const [, name = "", rest = ""] = match;
  const variable = name.toUpperCase().replaceAll("-", "_");
  const value =
    (/^"([^"]*)"|^'([^']*)'|^([^\s"',;#]+)/.exec(rest) ?? []).slice(1).find((part) => part !== undefined) ?? "";
  // A key of this gateway, or something that a shell would still have to fill in.
  const isNone = value.length < MIN_KEY || value.startsWith("tok_") || /[$`\s\p{Cc}]/u.test(value);
  return { variable, value: isNone ? null : value };
}
