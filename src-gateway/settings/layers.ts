/** Collects every setting from files, environment and flags; the last layer that says something wins. */
import { HOW_TO_GIVE_KEYS, parseCredential } from "./credential-ref.ts";
import { nearest } from "./nearest.ts";
import { readIni } from "./read-ini.ts";
import { NO_SUCH_FILE, readTextNow } from "./read-text.ts";
import { quote } from "./secret-text.ts";
import { SETTINGS } from "./setting-table.ts";
import { envNameOf, type SettingRow } from "./setting-types.ts";
import { PREFIXES_WITHOUT_EFFECT } from "./settings-without-effect.ts";
import { type Notice, type SettingProblem, SettingsError } from "./types.ts";

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

const BY_KEY = new Map<string, SettingRow>(SETTINGS.map((row) => [row.key, row]));

/** Old names first, so that the present one wins where both are set. */
const ENV_NAMES: readonly (readonly [name: string, row: SettingRow, isOld: boolean])[] = [
  ...SETTINGS.flatMap((row) => row.oldEnv.map((name) => [name, row, true] as const)),
  ...SETTINGS.filter((row) => row.env !== envNameOf(row.key)).map((row) => [envNameOf(row.key), row, false] as const),
  ...SETTINGS.map((row) => [row.env, row, false] as const),
];
const KNOWN_ENV = new Set(ENV_NAMES.map(([name]) => name));

/** Variables of the gateway's clients. */
const OTHER_ENV = new Set(["TOKLIGENCE_ADMIN_KEY", "TOKLIGENCE_URL", "TOKLIGENCE_KEY"]);

export const newLayers = (): Layers => ({ values: new Map(), notices: [], problems: [] });

/** One INI file on top of what is there. A file that does not exist is a problem only when it was asked for by name. */
export function addIniFile(layers: Layers, path: string, kind: "named" | "setting.ini" | "overlay"): void {
  let text: string;
  try {
    text = readTextNow(path);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const isAbsent = error.problems.some(({ problem }) => problem === NO_SUCH_FILE);
    if (!isAbsent || kind === "named") layers.problems.push(...error.problems);
    return;
  }
  const ini = readIni(text);
  for (const { line, text: problem } of ini.problems) {
    layers.problems.push({ where: `${path}:${line}`, key: "line", problem, hint: "" });
  }
  const seen = new Set<string>();
  for (const { key, value, line } of ini.values) {
    const where = `${path}:${line}`;
    if (seen.has(key))
      layers.notices.push({ where, text: `${quote(key)} stands twice in this file; the last one counts` });
    seen.add(key);
    const row = BY_KEY.get(key);
    if (!row) addUnknown(layers, key, where, (name) => name);
    else if (key === "environment" && kind === "overlay") {
      layers.notices.push({ where, text: "environment is left out here: it says which overlay is read" });
    } else if (value !== "") addFileValue(layers, row, { text: value, where, from: "file" });
  }
}

/** A key in clear text is refused even if another layer hides it: it would still lie on the disk. */
function addFileValue(layers: Layers, row: SettingRow, value: LayeredValue): void {
  if (row.type.is === "key" && parseCredential(value.text, "") === null) {
    layers.problems.push({
      where: value.where,
      key: row.key,
      problem: "a key must not stand in a file in clear text",
      hint: `${HOW_TO_GIVE_KEYS}; or set the environment variable ${row.env}`,
    });
  } else layers.values.set(row.key, value);
}

export function addEnvironment(layers: Layers, env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, row, isOld] of ENV_NAMES) {
    const text = env[name]?.trim();
    if (!text) continue;
    const where = `env ${name}`;
    if (isOld) layers.notices.push({ where, text: `is an old name; set ${row.env}` });
    layers.values.set(row.key, { text, where, from: "env" });
  }
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("TOKLIGENCE_") || !value?.trim() || KNOWN_ENV.has(name) || OTHER_ENV.has(name)) continue;
    addUnknown(
      layers,
      name.slice("TOKLIGENCE_".length).toLowerCase(),
      `env ${name}`,
      (key) => BY_KEY.get(key)?.env ?? key,
    );
  }
}

export function addFlag(layers: Layers, key: string, flag: string, value: string | undefined): void {
  if (value !== undefined) layers.values.set(key, { text: value, where: flag, from: "flag" });
}

function addUnknown(layers: Layers, key: string, where: string, nameOf: (key: string) => string): void {
  if (PREFIXES_WITHOUT_EFFECT.some((prefix) => key.startsWith(prefix))) {
    layers.notices.push({ where, text: `${key} has no effect in this version` });
    return;
  }
  const meant = nearest(key, BY_KEY.keys());
  layers.notices.push({
    where,
    text: `${quote(key)} is not known and was left out${meant ? `; did you mean ${nameOf(meant)}?` : ""}`,
  });
}
