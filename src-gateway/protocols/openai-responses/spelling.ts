/**
 * How a piece of JSON differs from the way this codec would write it, kept in `home` so that the piece returns as it came.
 *
 * Unknown fields stand in `home` by their own names. Names that begin with `$` are notes of this codec: `$instead` holds
 * the values that are spelled another way, `$absent` the fields that the codec would write and the client did not.
 */
import { asArray, asObject, type JsonObject } from "../loose-json.ts";
import { putMember } from "../put-member.ts";

/** The `home` that makes `restoreSpelling(standard, home)` equal to `raw`; nothing when they are equal already. */
export function rememberSpelling(raw: JsonObject, standard: JsonObject, notes?: JsonObject): { home?: JsonObject } {
  const unknown: JsonObject = {};
  let instead: JsonObject | null = null;
  // The engine knows the places of the members in such loops alone; what JSON says inherits nothing that they would find.
  for (const key in raw) {
    const value = raw[key];
    const isKnown = Object.hasOwn(standard, key);
    if (isKnown && isSameJson(value, standard[key])) continue;
    // A null says nothing, so it is a spelling and no field that could be lost abroad.
    const isSpelling = isKnown || value === null || key.startsWith("$");
    putMember(isSpelling ? (instead ??= {}) : unknown, key, value);
  }
  let absent: string[] | null = null;
  for (const key in standard) if (!Object.hasOwn(raw, key)) (absent ??= []).push(key);
  const home = notes === undefined ? unknown : { ...unknown, ...notes };
  if (instead !== null) home["$instead"] = instead;
  if (absent !== null) home["$absent"] = absent;
  for (const _ in home) return { home };
  return {};
}

export function restoreSpelling(standard: JsonObject, home: JsonObject | undefined): JsonObject {
  if (!home) return standard;
  const restored: JsonObject = {};
  for (const key in home) if (!key.startsWith("$")) putMember(restored, key, home[key]);
  const absent = asArray(home["$absent"]);
  for (const key in standard) if (!absent.includes(key)) putMember(restored, key, standard[key]);
  const instead = asObject(home["$instead"]);
  for (const key in instead) putMember(restored, key, instead[key]);
  return restored;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  const kept: Defined<T> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) kept[name] = value as Exclude<T[typeof name], undefined>;
  }
  return kept;
}

function isSameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, n) => isSameJson(each, b[n]))
    );
  }
  const [one, other] = [asObject(a), asObject(b)];
  if (!one || !other) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameJson(one[key], other[key]))
  );
}
