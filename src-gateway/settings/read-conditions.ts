/** `when:` of a route or a target. */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { SURFACES } from "../ir/protocol.ts";
import { nearest } from "./nearest.ts";
import { readDays, readTimes } from "./read-times.ts";
import { type ContentCondition, type RouteCondition, SCRIPTS } from "./route-types.ts";
import { quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

const MAX_PATTERN = 200;
const MAX_CHARACTERS = 1_000_000_000;

const WHO = ["agent", "key", "user", "team", "project"] as const;
const MEMBERS = ["surface", ...WHO, "header", "time", "days", "content", "field"];
const CONTENT_MEMBERS = [
  "tools",
  "images",
  "code_over",
  "code_under",
  "characters_over",
  "characters_under",
  "language",
  "contains",
];

/** Null when it was refused. An empty one is refused: it would hold for everything, and somebody meant something. */
export function readCondition(reader: YamlReader, node: Node | undefined, key: string): RouteCondition | null {
  const members = reader.members(node, key, MEMBERS);
  if (!members) return null;
  if (members.size === 0) reader.refuse(node, key, "says nothing", `allowed: ${MEMBERS.join(", ")}`);
  const condition: RouteCondition = {};
  const surface = readChoices(reader, members.get("surface"), `${key}.surface`, SURFACES);
  if (surface) condition.surface = surface;
  for (const name of WHO) {
    const patterns = readPatterns(reader, members.get(name), `${key}.${name}`);
    if (patterns) condition[name] = patterns;
  }
  const header = readMap(reader, members.get("header"), `${key}.header`, readPatterns);
  if (header) condition.header = Object.fromEntries(header.map(([name, patterns]) => [name.toLowerCase(), patterns]));
  const time = readTimes(reader, members.get("time"), `${key}.time`);
  if (time) condition.time = time;
  const days = readDays(reader, members.get("days"), `${key}.days`);
  if (days) condition.days = days;
  if (members.has("content")) {
    const content = readContent(reader, members.get("content"), `${key}.content`);
    if (content) condition.content = content;
  }
  const field = readMap(reader, members.get("field"), `${key}.field`, readValues);
  if (field) condition.field = Object.fromEntries(field);
  return condition;
}

export function readContent(reader: YamlReader, node: Node | undefined, key: string): ContentCondition | null {
  const members = reader.members(node, key, CONTENT_MEMBERS);
  if (!members) return null;
  if (members.size === 0) reader.refuse(node, key, "says nothing", `allowed: ${CONTENT_MEMBERS.join(", ")}`);
  const flag = (name: string): boolean | null => reader.flag(members.get(name), `${key}.${name}`);
  const share = (name: string): number | null => reader.number(members.get(name), `${key}.${name}`, 0, 1);
  const characters = (name: string): number | null =>
    reader.number(members.get(name), `${key}.${name}`, 0, MAX_CHARACTERS);
  return given<ContentCondition>({
    tools: flag("tools"),
    images: flag("images"),
    codeOver: share("code_over"),
    codeUnder: share("code_under"),
    charactersOver: characters("characters_over"),
    charactersUnder: characters("characters_under"),
    language: readChoices(reader, members.get("language"), `${key}.language`, SCRIPTS),
    contains: readPatterns(reader, members.get("contains"), `${key}.contains`),
  });
}

/** Without the members that were left out or refused. */
export function given<Shape extends object>(members: { [Name in keyof Shape]: Shape[Name] | null }): Shape {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as Shape;
}

/** One value or a list of them; null when there is none, or one was refused. */
function readList<Value>(
  reader: YamlReader,
  node: Node | undefined,
  key: string,
  read: (item: Node, key: string) => Value | null,
): Value[] | null {
  if (node === undefined) return null;
  const items = isSeq(node) ? reader.items(node, key) : [node];
  if (items.length === 0) reader.refuse(node, key, "is an empty list", "leave it out, or name at least one");
  const values = items.map((item, n) => read(item, isSeq(node) ? `${key}[${n}]` : key));
  return values.length === 0 || values.includes(null) ? null : (values as Value[]);
}

/** Texts with `*` and `?`. */
export function readPatterns(reader: YamlReader, node: Node | undefined, key: string): string[] | null {
  return readList(reader, node, key, (item, place) => {
    const text = reader.text(item, place);
    if (text === null || text.length <= MAX_PATTERN) return text;
    reader.refuse(item, place, "is too long for a pattern", `at most ${MAX_PATTERN} characters`);
    return null;
  });
}

function readChoices<Choice extends string>(
  reader: YamlReader,
  node: Node | undefined,
  key: string,
  allowed: readonly Choice[],
): Choice[] | null {
  return readList(reader, node, key, (item, place) => {
    const text = reader.text(item, place);
    const choice = allowed.find((each) => each === text?.toLowerCase());
    if (text === null || choice !== undefined) return choice ?? null;
    const meant = nearest(text, allowed);
    const guess = meant ? `did you mean ${meant}? ` : "";
    reader.refuse(item, place, `${quote(text)} is not allowed`, `${guess}allowed: ${allowed.join(", ")}`);
    return null;
  });
}

function readMap<Value>(
  reader: YamlReader,
  node: Node | undefined,
  key: string,
  read: (reader: YamlReader, node: Node, key: string) => Value | null,
): [string, Value][] | null {
  if (node === undefined) return null;
  if (!isMap(node)) {
    reader.refuse(node, key, "must be a map of names to values");
    return null;
  }
  const entries = [...reader.entries(node)];
  if (entries.length === 0) reader.refuse(node, key, "says nothing", "leave it out, or name at least one");
  return entries.flatMap(([name, value]): [string, Value][] => {
    if (name.trim() === "") reader.refuse(value, key, "a name is empty");
    const found = read(reader, value, `${key}.${quote(name)}`);
    return found === null ? [] : [[name.trim(), found]];
  });
}

function readValues(reader: YamlReader, node: Node, key: string): (string | number | boolean)[] | null {
  return readList(reader, node, key, (item, place) => {
    if (isScalar(item) && (typeof item.value === "boolean" || typeof item.value === "number")) return item.value;
    return reader.text(item, place);
  });
}
