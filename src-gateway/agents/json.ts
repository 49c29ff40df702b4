/** JSON as values, and paths into them: what a file says, whatever it is written in. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Item, KeyPath } from "./types.ts";

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isItem = (step: string | Item): step is Item => typeof step !== "string";

/** Undefined where there is nothing. */
export function valueAt(value: Json | undefined, path: KeyPath): Json | undefined {
  let here = value;
  for (const step of path) {
    if (isItem(step)) here = Array.isArray(here) ? here.find((each) => isNamed(each, step)) : undefined;
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
    if (here === undefined) return undefined;
  }
  return here;
}

const isNamed = (value: Json, { field, is }: Item): boolean => isObject(value) && value[field] === is;

/** A copy with the value at the path; what is missing on the way is made. */
export function withValue(whole: Json | undefined, path: KeyPath, value: Json, first = false): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (isItem(step)) {
    const list = Array.isArray(whole) ? whole : [];
    const place = list.findIndex((each) => isNamed(each, step));
    const changed = withValue(place < 0 ? undefined : list[place], rest, value, first);
    if (place >= 0) return list.with(place, changed);
    return first ? [changed, ...list] : [...list, changed];
  }
  const members = isObject(whole) ? whole : {};
  const below = Object.hasOwn(members, step) ? members[step] : undefined;
  return { ...members, [step]: withValue(below, rest, value, first) };
}

/** A copy without it. */
export function withoutValue(whole: Json, path: KeyPath): Json {
  const [step, ...rest] = path;
  if (step === undefined || valueAt(whole, path) === undefined) return whole;
  if (isItem(step)) {
    const list = whole as Json[];
    const place = list.findIndex((each) => isNamed(each, step));
    return rest.length === 0 ? list.toSpliced(place, 1) : list.with(place, withoutValue(list[place] as Json, rest));
  }
  const { [step]: below, ...others } = whole as Record<string, Json>;
  return rest.length === 0 ? others : { ...(whole as object), [step]: withoutValue(below as Json, rest) };
}

export const isSame = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b));

/** Without prototypes, which parsers set as they like. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
    return JSON.stringify(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
};

/** As people write paths. */
export const nameOf = (path: KeyPath): string =>
  path
    .map((step, n) => {
      if (isItem(step)) return `[${step.is}]`;
      const isPlain = /^[\w-]+$/.test(step);
      return `${n === 0 ? "" : "."}${isPlain ? step : JSON.stringify(step)}`;
    })
    .join("");
