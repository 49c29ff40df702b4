/** TOML: one value a line, tables under their headers. Only single keys change; nothing is laid out anew. Pure. */
import { parse } from "@decimalturn/toml-patch";
import { isObject, type Json, nameOf } from "../json.ts";
import type { KeyPath } from "../types.ts";
import { endLine, indentAt, lineAt, lineEndOf, lineStart, lineStop, nextLine, splice } from "./text.ts";
import { scanToml, type TomlHeader, type TomlPair } from "./toml-scan.ts";
import { type Editor, UnreadableText } from "./types.ts";

export const tomlEditor: Editor = {
  parse: parseToml,
  rawAt(text, path) {
    const pair = pairAt(text, path);
    return pair && text.slice(pair.valueStart, pair.valueEnd);
  },
  lineOf(text, path) {
    const names = namesOf(path);
    const found =
      pairAt(text, path) ?? scanToml(text).find((each) => each.kind !== "pair" && isEqual(each.path, names));
    return found ? lineAt(text, found.start) : null;
  },
  set(text, path, source) {
    parseToml(text);
    const names = namesOf(path);
    const value = "raw" in source ? source.raw : printToml(source.value, path);
    const there = pairAt(text, path);
    if (there) return splice(text, there.valueStart, there.valueEnd, value);
    refuseInline(text, names, path);
    return names.length === 1 ? addToRoot(text, `${printKey(names)} = ${value}`) : addToTable(text, names, value);
  },
  remove(text, path) {
    const names = namesOf(path);
    const pair = pairAt(text, path);
    // At the very top, the blank line below it was made with it.
    if (pair) {
      const shrunk = dropLines(text, pair.start, pair.valueEnd);
      return pair.start === 0 ? shrunk.replace(/^\r?\n/, "") : shrunk;
    }
    const header = tableAt(text, names);
    return header ? dropHeader(text, header) : text;
  },
};

function parseToml(text: string): Json {
  try {
    return parse(text, { integersAsBigInt: "asNeeded" }) as Json;
  } catch (error) {
    const line = /line[^\d]*(\d+)/i.exec(String(error))?.[1] ?? /\((\d+),\s*\d+\)/.exec(String(error))?.[1];
    const where = line === undefined ? "" : ` in line ${line}`;
    throw new UnreadableText(`it is not valid TOML${where}`, line === undefined ? null : Number(line));
  }
}

const namesOf = (path: KeyPath): string[] => path.map((step) => (typeof step === "string" ? step : step.is));
const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, n) => name === b[n]);
const startsWith = (path: readonly string[], head: readonly string[]): boolean =>
  path.length >= head.length && head.every((name, n) => name === path[n]);

function pairAt(text: string, path: KeyPath): TomlPair | undefined {
  const names = namesOf(path);
  return pairsOf(text).find((pair) => isEqual(pair.path, names));
}

/** Those of lists of tables belong to no path. */
function pairsOf(text: string): TomlPair[] {
  const statements = scanToml(text);
  const lists = statements.filter((each) => each.kind === "list").map(({ path }) => path);
  return statements
    .filter((each): each is TomlPair => each.kind === "pair")
    .filter(({ path }) => !lists.some((list) => startsWith(path, list)));
}

const tableAt = (text: string, names: string[]): TomlHeader | undefined =>
  scanToml(text).find((each): each is TomlHeader => each.kind === "table" && isEqual(each.path, names));

function refuseInline(text: string, names: string[], path: KeyPath): void {
  const inline = pairsOf(text).find((pair) => pair.path.length < names.length && startsWith(names, pair.path));
  if (!inline) return;
  const line = lineAt(text, inline.start);
  throw new UnreadableText(`${nameOf(path)} cannot be added to the table that line ${line} writes in one value`, line);
}

/** Before the first table: behind it, it would belong to that table. */
function addToRoot(text: string, line: string): string {
  const lineEnd = lineEndOf(text);
  const statements = scanToml(text);
  const firstTable = statements.findIndex((each) => each.kind !== "pair");
  const last = statements.slice(0, firstTable < 0 ? undefined : firstTable).at(-1);
  if (last?.kind === "pair") return addLine(text, last.valueEnd, line, lineEnd);
  if (statements.length === 0) return endLine(text, lineEnd) + line + lineEnd;
  return `${line}${lineEnd}${lineEnd}${text}`;
}

function addLine(text: string, after: number, line: string, lineEnd: string): string {
  const stop = lineStop(text, after);
  return splice(text, stop, stop, lineEnd + line);
}

function addToTable(text: string, names: string[], value: string): string {
  const lineEnd = lineEndOf(text);
  const tableNames = names.slice(0, -1);
  const header = tableAt(text, tableNames);
  const inTable = pairsOf(text).filter((pair) => startsWith(pair.path, tableNames) && pair.depth <= tableNames.length);
  const last = inTable.at(-1);
  if (last) {
    const line = `${indentAt(text, last.start)}${printKey(names.slice(last.depth))} = ${value}`;
    return addLine(text, last.valueEnd, line, lineEnd);
  }
  const line = `${printKey(names.slice(-1))} = ${value}`;
  if (header) return addLine(text, header.end, line, lineEnd);
  const gap = text.trim() === "" ? "" : lineEnd;
  const hasEnd = text === "" || text.endsWith("\n");
  return `${endLine(text, lineEnd)}${gap}[${printKey(tableNames)}]${lineEnd}${line}${hasEnd ? lineEnd : ""}`;
}

/** With the rest of its line where that is only a comment of this line's own. */
function dropLines(text: string, start: number, end: number): string {
  const isAlone = text.slice(lineStart(text, start), start).trim() === "";
  if (!isAlone) return splice(text, start, end, "");
  const next = nextLine(text, end);
  if (next < text.length || text.endsWith("\n")) return splice(text, lineStart(text, start), next, "");
  // The last line, which has no end of its own: the one before keeps it so.
  const from = lineStart(text, start);
  const before = text.slice(0, from).replace(/\r?\n$/, "");
  return before + text.slice(next);
}

/** Only a table of which nothing is left. A blank line above was made with it. */
function dropHeader(text: string, { start, end, path }: TomlHeader): string {
  const hasMore = scanToml(text).some((each) => each.start !== start && startsWith(each.path, path));
  if (hasMore) return text;
  const shrunk = dropLines(text, start, end);
  const from = lineStart(text, start);
  const above = shrunk.slice(0, from);
  const isAtEnd = /^(?:\s*$|\r?\n)/.test(shrunk.slice(from));
  if (!text.endsWith("\n")) return shrunk.replace(/\r?\n$/, "");
  return isAtEnd && /\n\r?\n$/.test(above) ? above.replace(/\r?\n$/, "") + shrunk.slice(from) : shrunk;
}

const printKey = (names: readonly string[]): string =>
  names.map((name) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))).join(".");

function printToml(value: Json, path: KeyPath): string {
  if (typeof value === "string") return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map((each) => printToml(each, path)).join(", ")}]`;
  if (isObject(value)) {
    const parts = Object.entries(value).map(([name, each]) => `${printKey([name])} = ${printToml(each, path)}`);
    return `{ ${parts.join(", ")} }`;
  }
  throw new UnreadableText(`${nameOf(path)} has a value that TOML cannot hold`);
}
