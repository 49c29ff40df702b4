/** The texts of the layers, checked against the types of the table. Every problem is collected; none stops the others. */
import { isAbsolute, resolve } from "node:path";
import { checkValue, isTrue, splitList, toNumber } from "./check-value.ts";
import type { LayeredValue, Layers } from "./layers.ts";
import { hideSecret, showValue } from "./secret-text.ts";
import { SETTINGS } from "./setting-table.ts";
import type { ExplainedSetting } from "./types.ts";

/** Where relative paths and `~` start. */
export interface Places {
  cwd: string;
  homeDir: string;
}

export interface TypedValues {
  text(key: string): string | null;
  flag(key: string, standard: boolean): boolean;
  number(key: string, standard: number): number;
  list(key: string): string[] | null;
  /** Absolute; `~` is the home folder, and relative paths start at the working directory. */
  path(key: string): string | null;
  /** The place a setting came from, for a problem with it. */
  where(key: string): string;
  layered(key: string): LayeredValue | null;
}

export function checkValues(layers: Layers, places: Places): TypedValues {
  const good = new Map<string, string>();
  for (const row of SETTINGS) {
    const value = layers.values.get(row.key);
    if (!value) continue;
    const refusal = checkValue(row.type, value.text);
    if (refusal !== null) {
      layers.problems.push({ where: value.where, key: row.key, ...refusal });
      continue;
    }
    good.set(row.key, row.type.is === "choice" || row.type.is === "list" ? value.text.toLowerCase() : value.text);
    if (!row.hasEffect) layers.notices.push({ where: value.where, text: `${row.key} has no effect in this version` });
  }
  const from = <T>(key: string, read: (text: string) => T): T | null => {
    const text = good.get(key);
    return text === undefined ? null : read(text);
  };
  return {
    text: (key) => good.get(key) ?? null,
    flag: (key, standard) => from(key, isTrue) ?? standard,
    number: (key, standard) => from(key, toNumber) ?? standard,
    list: (key) => from(key, splitList),
    path: (key) => from(key, (text) => expandPath(text, places)),
    where: (key) => layers.values.get(key)?.where ?? "default",
    layered: (key) => (good.has(key) ? (layers.values.get(key) ?? null) : null),
  };
}

export function expandPath(path: string, { cwd, homeDir }: Places): string {
  const expanded = /^~(?:[/\\]|$)/.test(path) ? `${homeDir}${path.slice(1)}` : path;
  return isAbsolute(expanded) ? expanded : resolve(cwd, expanded);
}

/** Every setting that has an effect or that somebody made, with the place it came from. */
export function explain(layers: Layers): ExplainedSetting[] {
  return SETTINGS.filter((row) => row.hasEffect || layers.values.has(row.key)).map((row) => {
    const value = layers.values.get(row.key);
    if (!value) return { key: row.key, value: row.standard ?? "", source: "default" };
    const isSecret = row.type.is === "secret" || row.type.is === "key";
    return { key: row.key, value: isSecret ? hideSecret(value.text) : showValue(value.text), source: value.where };
  });
}
