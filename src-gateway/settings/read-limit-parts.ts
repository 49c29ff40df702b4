/** What entries of `budgets:` and `rate_limits:` have in common. */
import type { Node } from "yaml";
import { nearest } from "./nearest.ts";
import { readPatterns } from "./read-conditions.ts";
import { readDays, readTimes } from "./read-times.ts";
import type { TimeWindow } from "./route-types.ts";
import { looksLikeKey, quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

/** One entry of a list, with the name of its place. */
export interface Entry {
  reader: YamlReader;
  node: Node;
  members: ReadonlyMap<string, Node>;
  key: string;
}

const STANDARD_ZONE = "UTC";

export function choice<Choice extends string>(
  { reader, members, key }: Entry,
  name: string,
  allowed: readonly Choice[],
): Choice | null {
  const node = members.get(name);
  const text = reader.text(node, `${key}.${name}`);
  if (text === null) return null;
  const found = allowed.find((each) => each === text.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(text, allowed);
  const guess = meant ? `did you mean ${meant}? ` : "";
  reader.refuse(node, `${key}.${name}`, `${quote(text)} is not allowed`, `${guess}allowed: ${allowed.join(", ")}`);
  return null;
}

export function refuseMissing({ reader, node, members, key }: Entry, name: string, hint: string): void {
  if (!members.has(name)) reader.refuse(node, `${key}.${name}`, "is missing", hint);
}

/** Whole numbers. */
export function count({ reader, members, key }: Entry, name: string, max = Number.MAX_SAFE_INTEGER): number | null {
  const node = members.get(name);
  const value = reader.number(node, `${key}.${name}`, 0, max);
  if (value === null || Number.isInteger(value)) return value;
  reader.refuse(node, `${key}.${name}`, "is no whole number", `allowed: 0 to ${max}`);
  return null;
}

export function readId({ reader, members, key }: Entry): string | null {
  const node = members.get("id");
  const id = reader.text(node, `${key}.id`);
  if (id === null || (/^[\w.-]{1,64}$/.test(id) && !looksLikeKey(id))) return id;
  reader.refuse(node, `${key}.id`, `${quote(id)} is no name`, "letters, digits, dot, dash and underscore, at most 64");
  return null;
}

export function refuseTwice(entries: readonly { id: string }[], refuse: (index: number) => void): void {
  const ids = new Set<string>();
  for (const [index, { id }] of entries.entries()) {
    if (ids.has(id)) refuse(index);
    ids.add(id);
  }
}

export function readOnly({ reader, members, key }: Entry, per: string): string[] | null {
  const node = members.get("only");
  if (node === undefined) return null;
  if (per === "global") reader.refuse(node, `${key}.only`, "means nothing to global", "it is one count for everybody");
  return readPatterns(reader, node, `${key}.only`);
}

export function readZone({ reader, members, key }: Entry): string {
  const node = members.get("time_zone");
  const text = reader.text(node, `${key}.time_zone`);
  if (text === null) return STANDARD_ZONE;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    reader.refuse(node, `${key}.time_zone`, `${quote(text)} is no time zone`, "such as Europe/Berlin or UTC");
    return STANDARD_ZONE;
  }
}

/** The entries of `schedule`, each with the times it holds at and what `read` finds in it. */
export function readSchedule<Held extends object>(
  { reader, members, key }: Entry,
  known: readonly string[],
  read: (entry: Entry) => Held | null,
): (Held & { time?: TimeWindow[]; days?: number[] })[] {
  return reader.items(members.get("schedule"), `${key}.schedule`).flatMap((node, index) => {
    const place = `${key}.schedule[${index}]`;
    const inner = reader.members(node, place, ["time", "days", ...known]);
    if (!inner) return [];
    const time = readTimes(reader, inner.get("time"), `${place}.time`);
    const days = readDays(reader, inner.get("days"), `${place}.days`);
    if (!inner.has("time") && !inner.has("days"))
      reader.refuse(node, `${place}.time`, "is missing", 'time: "22:00-06:00", or days: mon-fri');
    const held = read({ reader, node, members: inner, key: place });
    return held ? [{ ...held, ...(time ? { time } : {}), ...(days ? { days } : {}) }] : [];
  });
}
