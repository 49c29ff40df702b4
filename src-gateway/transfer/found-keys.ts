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

const MIN_KEY = 12;

/** @param variables what each name is the key of. The last line with a name counts, as it does in a shell. */
export function keysInFile(text: string, variables: ReadonlyMap<string, string>): FoundKey[] {
  const found = new Map<string, FoundKey>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|\/\/)/.test(line)) continue;
    const match =
      /^\s*[{,]?\s*(?:export\s+|set\s+(?:-\w+\s+)+|set-env:\s*-?\s*|-\s*)?["']?([A-Za-z][A-Za-z0-9_-]*)["']?\s*(?:[:=]|\s)\s*(.*)$/.exec(
        line,
      );
    const [, name = "", rest = ""] = match ?? [];
    const variable = name.toUpperCase().replaceAll("-", "_");
    const provider = variables.get(variable);
    if (provider === undefined) continue;
    const value =
      (/^"([^"]*)"|^'([^']*)'|^([^\s"',;#]+)/.exec(rest) ?? []).slice(1).find((part) => part !== undefined) ?? "";
    // A key of this gateway, or something that a shell would still have to fill in.
    if (value.length < MIN_KEY || value.startsWith("tok_") || /[$`\s\p{Cc}]/u.test(value)) found.delete(variable);
    else found.set(variable, { provider, variable, line: index + 1, value });
  }
  return [...found.values()];
}
