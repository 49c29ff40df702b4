/**
 * YAML: members of the outermost mapping, and elements of lists in it. The parser says where things stand; texts are cut and
 * pasted, because a document that is printed anew comes out laid out anew. Pure.
 */
import {
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  stringify,
  visit,
  type YAMLMap,
} from "yaml";
import { type Json, nameOf } from "../json.ts";
import type { Item, KeyPath } from "../types.ts";
import { endLine, lineAt, lineEndOf, lineStart, lineStop, nextLine, splice } from "./text.ts";
import { type Editor, type Source, UnreadableText } from "./types.ts";

type Member = Pair<ParsedNode, ParsedNode | null>;
type Root = YAMLMap.Parsed | null;

export const yamlEditor: Editor = {
  parse: (text) => readDocument(text).value,
  rawAt(text, path) {
    const node = nodeAt(text, path);
    return isScalar(node) ? text.slice(node.range[0], node.range[1]) : undefined;
  },
  lineOf(text, path) {
    const [name, item] = path;
    const member = memberOf(readDocument(text).root, name);
    const node = item === undefined ? member?.key : nodeAt(text, path);
    return node ? lineAt(text, node.range[0]) : null;
  },
  set(text, path, source) {
    const [name, item, ...deeper] = path;
    if (typeof name !== "string" || typeof item === "string" || deeper.length > 0) {
      throw new UnreadableText(`${nameOf(path)} lies too deep to be written here`);
    }
    return item === undefined ? setMember(text, name, source) : setItem(text, name, item, source);
  },
  remove(text, path) {
    const [name, item] = path;
    const member = memberOf(readDocument(text).root, name);
    if (!member) return text;
    if (typeof item === "object") return removeItem(text, member, item);
    const from = lineStart(text, member.key.range[0]);
    const end = member.value ? contentEnd(member.value) : member.key.range[1];
    return dropLines(text, from, end);
  },
};

/** @throws UnreadableText */
function readDocument(text: string): { root: Root; value: Json } {
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  const list = Array.isArray(documents) ? documents : [];
  if (list.length > 1) throw new UnreadableText("it holds several YAML documents");
  const document = list[0];
  const [error] = document?.errors ?? [];
  if (error) {
    const line = error.linePos?.[0].line ?? null;
    throw new UnreadableText(`it is not valid YAML${line === null ? "" : ` in line ${line}`}`, line);
  }
  if (document) refuseTwins(document, text);
  const root = document?.contents ?? null;
  if (root === null || (isScalar(root) && root.value === null)) return { root: null, value: {} };
  if (!isMap(root)) throw new UnreadableText("its outermost value is no mapping");
  return { root, value: document?.toJS({ maxAliasCount: 100 }) as Json };
}

/** The parser's own check compares each key with each other one, which takes a minute for a long file. */
function refuseTwins(document: Parameters<typeof visit>[0], text: string): void {
  visit(document, {
    Map(_key, map) {
      const names = new Set<unknown>();
      for (const { key } of map.items) {
        const name = scalarOf(key);
        if (name !== undefined && name !== "<<" && names.has(name)) {
          const line = isScalar(key) && key.range ? lineAt(text, key.range[0]) : null;
          throw new UnreadableText(
            `it is not valid YAML: a key stands there twice${line === null ? "" : `, in line ${line}`}`,
            line,
          );
        }
        names.add(name);
      }
    },
  });
}

const memberOf = (root: Root, name: string | Item | undefined): Member | undefined =>
  root?.items.find(({ key }) => scalarOf(key) === name);

const isEqual = (a: unknown, b: unknown): boolean => a === b;
const scalarOf = (node: unknown): unknown => (isScalar(node) ? node.value : undefined);

function nodeAt(text: string, [name, item]: KeyPath): ParsedNode | null | undefined {
  const value = memberOf(readDocument(text).root, name)?.value;
  return typeof item === "object" ? itemOf(value, item) : value;
}

const itemOf = (list: ParsedNode | null | undefined, { field, is }: Item): ParsedNode | undefined =>
  isSeq(list) ? list.items.find((each) => isMap(each) && isEqual(each.get(field), is)) : undefined;

/** Of the value itself, without comments and blank lines that the parser counts to it. */
function contentEnd(node: ParsedNode): number {
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1);
    return last
      ? last.value && last.value.range[1] > last.key.range[1]
        ? contentEnd(last.value)
        : last.key.range[1]
      : node.range[1];
  }
  if (isSeq(node) && !node.flow) {
    const last = node.items.at(-1);
    return last ? contentEnd(last) : node.range[1];
  }
  return node.range[1];
}

function setMember(text: string, name: string, source: Source): string {
  const { root } = readDocument(text);
  const member = memberOf(root, name);
  const value = "raw" in source ? source.raw : printInline(source.value);
  if (member) {
    const node = member.value;
    if (node && node.range[1] > node.range[0]) return splice(text, node.range[0], contentEnd(node), value);
    const colon = text.indexOf(":", member.key.range[1]);
    return splice(text, colon + 1, colon + 1, ` ${value}`);
  }
  return addMember(text, root, `${name}: ${value}`);
}

function addMember(text: string, root: Root, lines: string): string {
  const lineEnd = lineEndOf(text);
  const put = lines.replaceAll("\n", lineEnd);
  if (root === null) {
    const marker = /^\.\.\.[ \t]*\r?$/m.exec(text)?.index ?? text.length;
    return splice(endLine(text, lineEnd), Math.min(marker, endLine(text, lineEnd).length), marker, put + lineEnd);
  }
  if (root.flow) throw new UnreadableText("its outermost mapping is written in braces", 1);
  const first = root.items[0];
  const indent = first ? text.slice(lineStart(text, first.key.range[0]), first.key.range[0]) : "";
  if (!first || indent.trim() !== "") throw new UnreadableText("its first key does not begin a line", 1);
  const stop = lineStop(text, blockEnd(text, contentEnd(root)));
  return splice(text, stop, stop, lineEnd + indent + put.replaceAll(lineEnd, lineEnd + indent));
}

/** Block texts end behind their last line end. */
const blockEnd = (text: string, end: number): number => {
  let at = end;
  while (at > 0 && /[\r\n]/.test(text[at - 1] ?? "")) at--;
  return at;
};

function setItem(text: string, name: string, item: Item, source: Source): string {
  if ("raw" in source) throw new UnreadableText("an element of a list cannot be put back as text");
  const lineEnd = lineEndOf(text);
  const { root } = readDocument(text);
  const member = memberOf(root, name);
  const printed = stringify([source.value], { lineWidth: 0 }).trimEnd();
  const indented = (indent: string): string => indent + printed.replaceAll("\n", lineEnd + indent);
  if (!member) return addMember(text, root, `${name}:\n${indented("  ").replaceAll(lineEnd, "\n")}`);
  const list = member.value;
  const isEmptyFlow = isSeq(list) && list.flow === true && list.items.length === 0;
  if (!list || isEmptyFlow || (isScalar(list) && list.value === null)) {
    const colon = text.indexOf(":", member.key.range[1]);
    return splice(text, colon + 1, isEmptyFlow ? list.range[1] : colon + 1, `${lineEnd}${indented("  ")}`);
  }
  if (!isSeq(list) || list.flow) throw new UnreadableText(`"${name}" is no list of lines`, lineAt(text, list.range[0]));
  const there = itemOf(list, item);
  const dash = text.slice(lineStart(text, list.range[0]), list.range[0]);
  if (dash.trim() !== "")
    throw new UnreadableText(`the list "${name}" begins in the line of something else`, lineAt(text, list.range[0]));
  if (there) return splice(text, lineStart(text, there.range[0]), contentEnd(there), indented(dash));
  const stop = lineStop(text, blockEnd(text, contentEnd(list)));
  return splice(text, stop, stop, lineEnd + indented(dash));
}

function removeItem(text: string, member: Member, item: Item): string {
  const there = itemOf(member.value, item);
  if (!there || !isSeq(member.value)) return text;
  const from = lineStart(text, there.range[0]);
  if (!/^\s*-\s+$/.test(text.slice(from, there.range[0]))) {
    throw new UnreadableText(`${nameOf([item])} does not begin a line`, lineAt(text, there.range[0]));
  }
  const shrunk = dropLines(text, from, contentEnd(there));
  if (member.value.items.length > 1) return shrunk;
  const colon = text.indexOf(":", member.key.range[1]);
  return splice(shrunk, colon + 1, colon + 1, " []");
}

function dropLines(text: string, from: number, end: number): string {
  const next = nextLine(text, blockEnd(text, end));
  if (next < text.length || text.endsWith("\n")) return splice(text, from, next, "");
  return text.slice(0, from).replace(/\r?\n$/, "");
}

function printInline(value: Json): string {
  if (typeof value === "object" && value !== null)
    throw new UnreadableText("only texts, numbers and flags are written here");
  return stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd();
}
