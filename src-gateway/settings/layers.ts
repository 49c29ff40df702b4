/** Collects every setting from defaults, files, environment and flags; the last layer that says something wins. */
import { readFileSync } from "node:fs";
import { nearest } from "./nearest.ts";
import { readIni } from "./read-ini.ts";
import { envName, IGNORED_PREFIXES, SETTINGS, type SettingRow } from "./setting-table.ts";
import type { Notice, SettingProblem } from "./types.ts";

export interface LayeredValue {
  text: string;
  /** `path:line`, `env NAME` or `--flag`. */
  where: string;
  from: "file" | "env" | "flag";
}

export interface Layers {
  values: Map<string, LayeredValue>;
  notices: Notice[];
  problems: SettingProblem[];
}

const BY_KEY = new Map<string, SettingRow>();
for (const row of SETTINGS) for (const key of [row.key, ...(row.oldKeys ?? [])]) BY_KEY.set(key, row);
const BY_ENV = new Map<string, SettingRow>();
for (const row of SETTINGS) {
  for (const name of [envName(row.key), ...(row.oldKeys ?? []).map(envName), ...(row.oldEnv ?? [])]) BY_ENV.set(name, row);
}

/** Variables of the gateway that are no settings of the daemon. */
const OTHER_ENV = new Set(["TOKLIGENCE_ADMIN_KEY", "TOKLIGENCE_URL", "TOKLIGENCE_KEY", "TOKLIGENCE_CONFIG"]);

export const newLayers = (): Layers => ({ values: new Map(), notices: [], problems: [] });

/** One INI file on top of what is there. A file that does not exist is no problem unless it was asked for by name. */
export function addIniFile(layers: Layers, path: string, isRequired: boolean): void {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" || isRequired) {
      layers.problems.push({ where: path, key: "file", problem: code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`, hint: "" });
    }
    return;
  }
  const ini = readIni(text);
  for (const problem of ini.problems) layers.problems.push({ where: `${path}:${problem.line}`, key: "line", problem: problem.text, hint: "" });
  const seen = new Map<string, number>();
  for (const { key, value, line } of ini.values) {
    const where = `${path}:${line}`;
    const row = BY_KEY.get(key);
    if (!row) {
      addUnknown(layers, key, where, SETTINGS.map((known) => known.key));
      continue;
    }
    if (seen.has(row.key)) layers.notices.push({ where, text: `"${key}" stands twice in this file; the last one counts` });
    seen.set(row.key, line);
    if (key !== row.key) layers.notices.push({ where, text: `"${key}" is an old name; write "${row.key}"` });
    if (value !== "") layers.values.set(row.key, { text: value, where, from: "file" });
  }
}

export function addEnvironment(layers: Layers, env: Readonly<Record<string, string | undefined>>): void {
  // Old names first, so that the present one wins where both are set.
  const names = [...BY_ENV.keys()].sort((a, b) => Number(isPresentName(a)) - Number(isPresentName(b)));
  for (const name of names) {
    const row = BY_ENV.get(name);
    const value = env[name];
    if (!row || value === undefined || value.trim() === "") continue;
    const where = `env ${name}`;
    if (!isPresentName(name)) layers.notices.push({ where, text: `${name} is an old name; set ${envName(row.key)}` });
    layers.values.set(row.key, { text: value.trim(), where, from: "env" });
  }
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("TOKLIGENCE_") || value === undefined || BY_ENV.has(name) || OTHER_ENV.has(name)) continue;
    addUnknown(layers, name.slice("TOKLIGENCE_".length).toLowerCase(), `env ${name}`, SETTINGS.map((row) => row.key));
  }
}

const isPresentName = (name: string): boolean => {
  const row = BY_ENV.get(name);
  return row !== undefined && envName(row.key) === name;
};

export function addFlag(layers: Layers, key: string, flag: string, value: string | undefined): void {
  if (value !== undefined) layers.values.set(key, { text: value, where: flag, from: "flag" });
}

function addUnknown(layers: Layers, key: string, where: string, known: string[]): void {
  if (IGNORED_PREFIXES.some((prefix) => key.startsWith(prefix))) {
    layers.notices.push({ where, text: `"${key}" is recognised, but has no effect in this version` });
    return;
  }
  const meant = nearest(key, known);
  layers.notices.push({ where, text: `"${key}" is not known and was left out${meant ? `; did you mean "${meant}"?` : ""}` });
}
