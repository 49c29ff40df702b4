/**
 * Reading and writing objects whose fields may be spelled in camelCase or snake_case: Google's servers take both, and so
 * clients send both. What a decoder does not take, whatever the reason, stays in `home` under the client's own name, and is
 * written back as it was.
 */
import { asObject, type JsonObject } from "../loose-json.ts";

export interface CaseReader {
  /** The field's value as `read` understands it; null, and the field stays in `home`, when it is missing or not understood. */
  take<T>(name: string, read: (value: unknown) => T | null): T | null;
  /** A list with something in it; one object alone, which Google takes as a list of one, counts as one. */
  takeList(name: string): unknown[] | null;
  /** What was not taken, and how what was taken was spelled. */
  home(): JsonObject;
}

export function createCaseReader(raw: JsonObject): CaseReader {
  const rest: JsonObject = { ...raw };
  const snake: string[] = [];
  const single: string[] = [];

  const take: CaseReader["take"] = (name, read) => {
    for (const key of new Set([name, snakeCase(name)])) {
      if (!Object.hasOwn(rest, key)) continue;
      const value = read(rest[key]);
      if (value === null) continue;
      delete rest[key];
      if (key !== name) snake.push(name);
      return value;
    }
    return null;
  };

  return {
    take,
    takeList: (name) =>
      take(name, (value) => {
        if (Array.isArray(value)) return value.length > 0 ? value : null;
        if (asObject(value) === null) return null;
        single.push(name);
        return [value];
      }),
    home() {
      const entries = Object.entries(rest);
      // Names with a dollar are the gateway's own notes, and no client may write those.
      const foreign = entries.filter(([key]) => key.startsWith("$"));
      return {
        ...Object.fromEntries(entries.filter(([key]) => !key.startsWith("$"))),
        ...(foreign.length > 0 ? { $dollar: Object.fromEntries(foreign) } : {}),
        ...(snake.length > 0 ? { $snake: snake } : {}),
        ...(single.length > 0 ? { $single: single } : {}),
      };
    },
  };
}

/** The object of the wire: `fields` that are not undefined, spelled as `home` says, and the rest of `home`. */
export function spell(fields: JsonObject, home: JsonObject = {}): JsonObject {
  const snake = names(home["$snake"]);
  const single = names(home["$single"]);
  const spelled: JsonObject = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const isAlone = single.includes(name) && Array.isArray(value) && value.length === 1;
    spelled[snake.includes(name) ? snakeCase(name) : name] = isAlone ? (value[0] as unknown) : value;
  }
  const rest = Object.entries(home).filter(([key]) => !key.startsWith("$"));
  return { ...spelled, ...Object.fromEntries(rest), ...asObject(home["$dollar"]) };
}

/** `home` as a member to spread, or nothing when it says nothing. */
export const withHome = (home: JsonObject): { home?: JsonObject } => (Object.keys(home).length > 0 ? { home } : {});

export const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const names = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const asString = (value: unknown): string | null => (typeof value === "string" ? value : null);
export const asNumber = (value: unknown): number | null => (typeof value === "number" ? value : null);
export const asStrings = (value: unknown): string[] | null =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string") ? value : null;
