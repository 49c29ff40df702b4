/** Times of day and days of the week: `"22:00-06:00"`, `mon-fri`. */
import { isSeq, type Node } from "yaml";
import type { TimeWindow } from "./route-types.ts";
import { quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const TIME_HINT = 'such as "22:00-06:00", in quotes';
const DAY_HINT = `such as mon-fri, or a list of ${DAYS.join(", ")}`;

export function readTimes(reader: YamlReader, node: Node | undefined, key: string): TimeWindow[] | null {
  const items = itemsOf(reader, node, key);
  if (items === null) return null;
  const windows = items.flatMap(([item, place]) => {
    const text = reader.text(item, place);
    if (text === null) return [];
    const window = parseWindow(text);
    if (!window) reader.refuse(item, place, `${quote(text)} is no span of the day`, TIME_HINT);
    return window ?? [];
  });
  if (items.length === 0) reader.refuse(node, key, "is an empty list", TIME_HINT);
  return windows;
}

/** Numbers of days, 0 for Sunday, each once and in order. */
export function readDays(reader: YamlReader, node: Node | undefined, key: string): number[] | null {
  const items = itemsOf(reader, node, key);
  if (items === null) return null;
  const days = items.flatMap(([item, place]) => {
    const text = reader.text(item, place);
    if (text === null) return [];
    const found = parseDays(text);
    if (!found) reader.refuse(item, place, `${quote(text)} is no day of the week`, DAY_HINT);
    return found ?? [];
  });
  if (items.length === 0) reader.refuse(node, key, "is an empty list", DAY_HINT);
  return [...new Set(days)].sort((a, b) => a - b);
}

function itemsOf(reader: YamlReader, node: Node | undefined, key: string): [Node, string][] | null {
  if (node === undefined) return null;
  return isSeq(node) ? reader.items(node, key).map((item, n): [Node, string] => [item, `${key}[${n}]`]) : [[node, key]];
}

function parseWindow(text: string): TimeWindow | null {
  const match = /^(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$/.exec(text);
  if (!match) return null;
  const [fromHour, fromMinutes, toHour, toMinutes] = match.slice(1).map(Number) as [number, number, number, number];
  const window = { fromMinute: fromHour * 60 + fromMinutes, toMinute: toHour * 60 + toMinutes };
  const isTime = fromMinutes < 60 && toMinutes < 60 && window.fromMinute < 1440 && window.toMinute <= 1440;
  return isTime && window.fromMinute !== window.toMinute ? window : null;
}

function parseDays(text: string): number[] | null {
  const ends = text.split(/\s*[-–]\s*/).map((name) => DAYS.indexOf(name.toLowerCase().slice(0, 3)));
  const [first, last = first] = ends;
  if (first === undefined || last === undefined || ends.length > 2 || ends.includes(-1)) return null;
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, n) => (first + n) % 7);
}
