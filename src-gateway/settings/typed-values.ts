/** The texts of the layers, checked against the types of the table. Every problem is collected; none stops the others. */
import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import type { Layers, LayeredValue } from "./layers.ts";
import { hideInUrl, hideSecret } from "./secret-text.ts";
import { SETTINGS, type SettingRow, type SettingType } from "./setting-table.ts";
import type { ExplainedSetting } from "./types.ts";

const TRUE = new Set(["true", "1", "yes", "on"]);
const FALSE = new Set(["false", "0", "no", "off"]);

export interface TypedValues {
  text(key: string): string | null;
  flag(key: string, standard: boolean): boolean;
  number(key: string, standard: number): number;
  list(key: string): string[] | null;
  /** Absolute; `~` is the home folder, and relative paths start at the working directory. */
  path(key: string): string | null;
  where(key: string): LayeredValue | null;
}

export function checkValues(layers: Layers, context: { cwd: string; homeDir: string }): TypedValues {
  const good = new Map<string, string>();
  for (const row of SETTINGS) {
    const value = layers.values.get(row.key);
    if (!value) continue;
    const problem = checkValue(row.type, value.text);
    if (problem === null) {
      good.set(row.key, value.text);
      if (!row.hasEffect) layers.notices.push({ where: value.where, text: `"${row.key}" is recognised, but has no effect in this version` });
    } else layers.problems.push({ where: value.where, key: row.key, problem: problem.problem, hint: problem.hint });
  }
  return {
    text: (key) => good.get(key) ?? null,
    flag: (key, standard) => (good.has(key) ? TRUE.has((good.get(key) ?? "").toLowerCase()) : standard),
    number: (key, standard) => (good.has(key) ? toNumber(good.get(key) ?? "") : standard),
    list: (key) => (good.has(key) ? splitList(good.get(key) ?? "") : null),
    path: (key) => {
      const text = good.get(key);
      return text === undefined ? null : expandPath(text, context);
    },
    where: (key) => layers.values.get(key) ?? null,
  };
}

function checkValue(type: SettingType, text: string): { problem: string; hint: string } | null {
  switch (type.is) {
    case "flag":
      return TRUE.has(text.toLowerCase()) || FALSE.has(text.toLowerCase()) ? null : { problem: `"${text}" is neither true nor false`, hint: "allowed: true, false" };
    case "number": {
      const value = toNumber(text);
      if (Number.isInteger(value) && value >= type.min && value <= type.max) return null;
      return { problem: `"${text}" is not a whole number in range`, hint: `allowed: ${type.min} to ${type.max}` };
    }
    case "choice":
      return type.values.includes(text) ? null : { problem: `"${text}" is not allowed`, hint: `allowed: ${type.values.join(", ")}` };
    case "list": {
      const wrong = type.values ? splitList(text).find((item) => !type.values?.includes(item)) : undefined;
      return wrong === undefined ? null : { problem: `"${wrong}" is not allowed`, hint: `allowed: ${type.values?.join(", ")}` };
    }
    case "text":
    case "path":
    case "secret":
    case "pairs":
      return null;
  }
}

/** The documentation of the earlier gateway wrote ports as `:8081`. */
const toNumber = (text: string): number => (/^:?\d+$/.test(text) ? Number(text.replace(":", "")) : Number.NaN);

export const splitList = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== "");

export function expandPath(path: string, context: { cwd: string; homeDir: string }): string {
  const home = context.homeDir || homedir();
  const expanded = path === "~" ? home : path.startsWith("~/") || path.startsWith("~\\") ? `${home}${path.slice(1)}` : path;
  return isAbsolute(expanded) ? expanded : resolve(context.cwd, expanded);
}

/** Every setting that somebody made, or that has a standard, with the place it came from. */
export function explain(layers: Layers): ExplainedSetting[] {
  return SETTINGS.filter((row) => row.hasEffect || layers.values.has(row.key)).map((row) => {
    const value = layers.values.get(row.key);
    return { key: row.key, value: value ? shown(row, value.text) : (row.standard ?? ""), source: value?.where ?? "default" };
  });
}

const shown = (row: SettingRow, text: string): string => (row.type.is === "secret" ? hideSecret(text) : hideInUrl(text));
