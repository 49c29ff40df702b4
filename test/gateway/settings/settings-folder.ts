/** A working directory and a home folder of a test's own, with the files it wants in them. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { loadSettings } from "../../../src-gateway/settings/load-settings.ts";
import { type SettingProblem, type Settings, SettingsError } from "../../../src-gateway/settings/types.ts";

type Input = Partial<Parameters<typeof loadSettings>[0]>;

export interface SettingsFolder {
  cwd: string;
  homeDir: string;
  write(path: string, text: string | Buffer): string;
  load(input?: Input): Settings;
  /** What is wrong; empty when the settings are taken. */
  problems(input?: Input): SettingProblem[];
}

/** Paths of `files` start at the working directory. */
export function settingsFolder(files: Record<string, string> = {}): SettingsFolder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "tokligence-settings-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [cwd, homeDir] = [join(root, "cwd"), join(root, "home")];
  mkdirSync(cwd);
  mkdirSync(homeDir);
  const write = (path: string, text: string | Buffer): string => {
    const full = join(cwd, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const load = (input: Input = {}): Settings => loadSettings({ env: {}, argv: {}, cwd, homeDir, ...input });
  return {
    cwd,
    homeDir,
    write,
    load,
    problems(input) {
      try {
        load(input);
        return [];
      } catch (error) {
        if (error instanceof SettingsError) return error.problems;
        throw error;
      }
    },
  };
}
