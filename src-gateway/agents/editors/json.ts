/** JSON with or without comments and trailing commas. Only the text of the named keys changes. Pure. */
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { type Json, nameOf } from "../json.ts";
import type { Item, KeyPath } from "../types.ts";
import { addChild, dropChild, isBlank } from "./json-children.ts";
import { indentAt, indentUnit, lineAt, lineEndOf, splice } from "./text.ts";
import { type Editor, type Source, UnreadableText } from "./types.ts";

export const jsonEditor: Editor = {
  parse(text) {
    const root = rootOf(text);
    return root === null ? {} : valueOf(root);
  },
  rawAt(text, path) {
    const node = find(rootOf(text), path);
    return node && text.slice(node.offset, node.offset + node.length);
  },
  lineOf(text, path) {
    const node = find(rootOf(text), path);
    return node ? lineAt(text, node.offset) : null;
  },
  set,
  remove(text, path) {
    const node = find(rootOf(text), path);
    const child = node?.parent?.type === "property" ? node.parent : node;
    return child?.parent === undefined ? text : dropChild(text, child.parent, child);
  },
};

function set(text: string, path: KeyPath, source: Source, first: boolean): string {
  const root = rootOf(text);
  const there = find(root, path);
  const end = lineEndOf(text);
  const unit = indentUnit(text);
  if (there)
    return splice(
      text,
      there.offset,
      there.offset + there.length,
      print(source, unit, indentAt(text, there.offset), end),
    );
  if (root === null) {
    const whole = isItem(path[0]) ? [wrap(path.slice(1), source)] : wrap(path, source);
    const start = text === "" || text.endsWith("\n") ? text : text + end;
    return `${start}${print({ value: whole }, "  ", "", end)}${end}`;
  }
  // As deep as the path is there; the rest comes as one new child.
  let depth = path.length - 1;
  let holder = find(root, path.slice(0, depth));
  while (!holder && depth > 0) holder = find(root, path.slice(0, --depth));
  const step = path[depth];
  if (!holder || step === undefined || holder.type !== (isItem(step) ? "array" : "object")) {
    throw new UnreadableText(
      `"${nameOf(path)}" cannot be added: there is something else in its place`,
      holder ? lineAt(text, holder.offset) : null,
    );
  }
  const rest = path.slice(depth + 1);
  const value: Source = rest.length === 0 ? source : { value: wrap(rest, source) };
  return addChild(text, holder, {
    first,
    print: (indent) =>
      (isItem(step) ? "" : `${JSON.stringify(step)}:${isTight(text) ? "" : " "}`) +
      print(value, unit, indent, end, isTight(text)),
  });
}

const isItem = (step: string | Item | undefined): step is Item => typeof step === "object";

/** A value below names that are not there yet. Raw text below new names is old text of ours to read back. */
function wrap(path: KeyPath, source: Source): Json {
  const value = "value" in source ? source.value : jsonEditor.parse(source.raw);
  return path.toReversed().reduce<Json>((inner, step) => (isItem(step) ? [inner] : { [step]: inner }), value);
}

/** Everything in one line without blanks, as programs write. */
const isTight = (text: string): boolean => !/\n/.test(text.trim()) && /[,{[]"[^"]*":\S/.test(text) && !/": /.test(text);

function print(source: Source, unit: string, indent: string, lineEnd: string, tight = false): string {
  if ("raw" in source) return source.raw;
  const text = JSON.stringify(source.value, null, tight ? undefined : unit);
  return text.replaceAll("\n", lineEnd + indent);
}

/** Null for a text of blanks and comments. @throws UnreadableText */
function rootOf(text: string): Node | null {
  if (isBlank(text)) return null;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error || !root) {
    const line = error ? lineAt(text, error.offset) : 1;
    const why = error ? printParseErrorCode(error.error) : "nothing";
    throw new UnreadableText(`it is not valid JSON (${why} in line ${line})`, line);
  }
  return root;
}

/** Of several members of one name the last one is in force. */
function find(root: Node | null, path: KeyPath): Node | undefined {
  let here = root ?? undefined;
  for (const step of path) {
    if (isItem(step)) {
      here =
        here?.type === "array"
          ? here.children?.find((each) => memberOf(each, step.field)?.value === step.is)
          : undefined;
    } else here = here && memberOf(here, step);
    if (!here) return undefined;
  }
  return here;
}

const memberOf = (node: Node, name: string): Node | undefined =>
  node.type === "object"
    ? node.children?.findLast((property) => property.children?.[0]?.value === name)?.children?.[1]
    : undefined;

const valueOf = (node: Node): Json => getNodeValue(node) as Json;
