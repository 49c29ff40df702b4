/** Which files a run reads: `config` of the working directory, else `config` in the data folder; a named file comes first. */
import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { readTextNow } from "./read-text.ts";
import { expandPath, type Places } from "./typed-values.ts";
import { SettingsError } from "./types.ts";

const SETTING_FILES = ["setting.ini", "settings.ini"];
const CONFIG_FILES = ["gateway.yaml", "gateway.yml", "gateway.json"];

export interface FoundFiles {
  /** INI file of the first layer; `isNamed` when the operator asked for it. */
  settingFile: { path: string; isNamed: boolean } | null;
  overlay(environment: string): string | null;
  /** The file with providers and routes, given the data folder after all layers were read. */
  configFile(dataDir: string): string | null;
}

/** @throws SettingsError for a named file that cannot be used. */
export function findFiles(named: string | undefined, dataDir: string, places: Places): FoundFiles {
  const file = named === undefined ? null : checkNamed(expandPath(named, places));
  const isIni = file !== null && extname(file).toLowerCase() === ".ini";
  const standard = [join(places.cwd, "config"), join(dataDir, "config")].find((dir) =>
    firstOf([dir], [...SETTING_FILES, ...CONFIG_FILES]),
  );
  // Overlays and gateway.yaml are looked for beside a named INI file first: it was moved there together with them.
  const dirs = [...(isIni ? [dirname(file)] : []), ...(standard === undefined ? [] : [standard])];
  const found = standard === undefined ? null : firstOf([standard], SETTING_FILES);
  return {
    settingFile: isIni ? { path: file, isNamed: true } : found === null ? null : { path: found, isNamed: false },
    overlay: (environment) => firstOf(dirs, [join(environment, "gateway.ini")]),
    configFile: (finalDataDir) => (file !== null && !isIni ? file : firstOf([...dirs, finalDataDir], CONFIG_FILES)),
  };
}

function firstOf(dirs: string[], names: string[]): string | null {
  return dirs.flatMap((dir) => names.map((name) => join(dir, name))).find((path) => existsSync(path)) ?? null;
}

function checkNamed(path: string): string {
  if (/^\.(?:ini|ya?ml|json)$/i.test(extname(path))) {
    readTextNow(path);
    return path;
  }
  throw new SettingsError([
    {
      where: "--config",
      key: "file",
      problem: `${path} is of no known kind`,
      hint: "allowed: .yaml, .yml and .json for providers and routes, .ini for settings",
    },
  ]);
}
