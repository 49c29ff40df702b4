/**
 * How a piece of JSON differs from the way this codec would write it, kept in `home` so that the piece returns as it came.
 *
 * Unknown fields stand in `home` by their own names. Names that begin with `$` are notes of this codec: `$instead` holds
 * the values that are spelled another way, `$absent` the fields that the codec would write and the client did not.
 */
import { asArray, asObject, type JsonObject } from "../loose-json.ts";

/** The `home` that makes `restoreSpelling(standard, home)` equal to `raw`; nothing when they are equal already. */
export function rememberSpelling(raw: JsonObject, standard: JsonObject, notes: JsonObject = {}): { home?: JsonObject } {
  const unknown: [string, unknown][] = [];
  const instead: [string, unknown][] = [];
  for (const [key, value] of Object.entries(raw)) {
    const isKnown = Object.hasOwn(standard, key);
    if (isKnown && isSameJson(value, standard[key])) continue;
    // A null says nothing, so it is a spelling and no field that could be lost abroad.
    (isKnown || value === null || key.startsWith("$") ? instead : unknown).push([key, value]);
  }
  const absent = Object.keys(standard).filter((key) => !Object.hasOwn(raw, key));
  const home: JsonObject = {
    ...Object.fromEntries(unknown),
    ...notes,
    ...(instead.length === 0 ? {} : { $instead: Object.fromEntries(instead) }),
    ...(absent.length === 0 ? {} : { $absent: absent }),
  };
  return Object.keys(home).length === 0 ? {} : { home };
}

export function restoreSpelling(standard: JsonObject, home: JsonObject | undefined): JsonObject {
  if (!home) return standard;
  const absent = new Set(asArray(home["$absent"]));
  return {
    ...Object.fromEntries(Object.entries(home).filter(([key]) => !key.startsWith("$"))),
    ...Object.fromEntries(Object.entries(standard).filter(([key]) => !absent.has(key))),
    ...asObject(home["$instead"]),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
export const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;

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
