/** Small changes to a document of YAML or JSON. All of them or none; comments, order and layout stay. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isScalar, isSeq, type Node, parseDocument, YAMLMap, YAMLSeq } from "yaml";
import { GatewayError } from "../ir/errors.ts";
import { keepFormat } from "./keep-format.ts";
import { newNode, quoteOdd } from "./new-node.ts";
import type { ConfigOperation, PathStep } from "./types.ts";

/** @throws GatewayError invalid_request that names the operation and says why it cannot be done. */
export function editDocument(text: string, operations: readonly ConfigOperation[]): string {
  const document = open(text);
  for (const [index, operation] of operations.entries()) {
    try {
      apply(document, operation);
    } catch (error) {
      if (!(error instanceof EditProblem)) throw error;
      throw new GatewayError(
        "invalid_request",
        `Operation ${index + 1} (${operation.op}) cannot be done: ${error.message}`,
      );
    }
  }
  const value: unknown = document.toJS();
  if (isJson(text)) return `${JSON.stringify(value, null, 2)}\n`;
  const after = write(document, text);
  const kept = keepFormat(text, write(open(text), text), after);
  return isDeepStrictEqual(valueOf(kept), value) ? kept : after;
}

/** Null for what cannot be read. */
export function valueOf(text: string): unknown {
  try {
    const document = parseDocument(text, { logLevel: "silent" });
    return document.errors.length > 0 ? undefined : document.toJS();
  } catch {
    return undefined;
  }
}

class EditProblem extends Error {}

function open(text: string): Document {
  const document: Document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0)
    throw new GatewayError("invalid_request", "The document cannot be read as YAML. Send the whole text instead.");
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const map = new YAMLMap();
    // A file of nothing but comments has them at the empty value.
    if (contents?.commentBefore) map.commentBefore = contents.commentBefore;
    document.contents = map;
  }
  if (!isMap(document.contents))
    throw new GatewayError("invalid_request", "The document is not a map of names to values.");
  return document;
}

const isJson = (text: string): boolean => {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Indented as the text is, so that fewer lines differ. */
function write(document: Document, text: string): string {
  const flush = text.match(/^[\w"']+:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*- /m);
  const indents = [...text.matchAll(/^( {2,8})[\w"'-]/gm)].map(([, spaces = ""]) => spaces.length);
  return document.toString({
    lineWidth: 0,
    indentSeq: flush === null,
    indent: indents.length === 0 ? 2 : Math.min(...indents),
  });
}

function apply(document: Document, operation: ConfigOperation): void {
  const { path } = operation;
  const last = path.at(-1);
  if (last === undefined) throw new EditProblem("its path is empty.");
  const parent = walk(document, path.slice(0, -1), operation.op === "set" || operation.op === "insert" ? last : null);
  switch (operation.op) {
    case "set":
      return setAt(document, parent, last, operation.value, path);
    case "insert": {
      const { items } = listOf(parent, path);
      if (typeof last !== "number" || last < 0 || last > items.length)
        throw new EditProblem(`the last step has to be a place from 0 to ${items.length}.`);
      items.splice(last, 0, newNode(document, operation.value));
      return spaceOut(items);
    }
    case "remove":
      if (isMap(parent) && typeof last === "string" && parent.delete(last)) return;
      if (isSeq(parent)) {
        parent.items.splice(placeIn(parent, last, path), 1);
        return spaceOut(parent.items);
      }
      throw nothingAt(path);
    case "move": {
      const list = listOf(parent, path);
      const at = placeIn(list, last, path);
      if (operation.to < 0 || operation.to >= list.items.length)
        throw new EditProblem(`"to" has to be from 0 to ${list.items.length - 1}.`);
      list.items.splice(operation.to, 0, ...list.items.splice(at, 1));
      spaceOut(list.items);
    }
  }
}

/** An empty line stands between entries, not before the first one. */
function spaceOut(items: unknown[]): void {
  const nodes = items as Node[];
  const isSpaced = nodes.some((node) => node.spaceBefore);
  for (const [index, node] of nodes.entries()) if (isMap(node)) node.spaceBefore = isSpaced && index > 0;
}

/** The map or list that the path leads to. @param next the step after it, where what is missing is to be made. */
function walk(document: Document, path: readonly PathStep[], next: PathStep | null): YAMLMap | YAMLSeq {
  let node = document.contents as YAMLMap | YAMLSeq;
  for (const [depth, step] of path.entries()) {
    let child = childOf(node, step);
    if ((child === null || (isScalar(child) && child.value === null)) && next !== null) {
      const after = path[depth + 1] ?? next;
      const made: YAMLMap | YAMLSeq = typeof after === "string" ? new YAMLMap() : new YAMLSeq();
      put(document, node, step, made, path);
      child = made;
    }
    if (!isMap(child) && !isSeq(child)) throw nothingAt(path.slice(0, depth + 1));
    if (isSeq(child)) giveCommentToFirst(child);
    node = child;
  }
  return node;
}

/** The parser gives a comment above the first entry to the list, where it would stay when the entry goes. */
function giveCommentToFirst(list: YAMLSeq): void {
  const [first] = list.items as (Node | undefined)[];
  if (!list.commentBefore || !first || first.commentBefore || list.flow) return;
  first.commentBefore = list.commentBefore;
  list.commentBefore = null;
}

function childOf(node: YAMLMap | YAMLSeq, step: PathStep): Node | null {
  if (isMap(node)) return typeof step === "string" ? ((node.get(step, true) as Node | undefined) ?? null) : null;
  const at = indexIn(node, step);
  return at === null ? null : (node.items[at] as Node);
}

function setAt(
  document: Document,
  parent: YAMLMap | YAMLSeq,
  step: PathStep,
  value: unknown,
  path: readonly PathStep[],
): void {
  const existing = childOf(parent, step);
  if (existing === null || !mergeInto(document, existing, value))
    put(document, parent, step, newNode(document, value), path);
}

/** Changes what differs, and so keeps the comments of the rest. False when it has to be replaced. */
function mergeInto(document: Document, node: Node, value: unknown): boolean {
  if (isMap(node) && typeof value === "object" && value !== null && !Array.isArray(value)) {
    const gone = node.items.filter(({ key }) => !Object.hasOwn(value, nameOf(key)));
    for (const { key } of gone) node.delete(key);
    for (const [name, member] of Object.entries(value)) setAt(document, node, name, member, [name]);
    return true;
  }
  if (isSeq(node) && Array.isArray(value)) {
    node.items.splice(value.length);
    for (const [index, item] of value.entries()) setAt(document, node, index, item, [index]);
    return true;
  }
  if (!isScalar(node) || (typeof value === "object" && value !== null)) return false;
  if (node.value === value) return true;
  // What was written as a number may not be one any more, and a text may need other quotes.
  if (typeof node.value !== typeof value) delete node.type;
  delete node.source;
  node.value = value;
  quoteOdd(node);
  return true;
}

function put(
  document: Document,
  parent: YAMLMap | YAMLSeq,
  step: PathStep,
  node: Node,
  path: readonly PathStep[],
): void {
  if (isMap(parent)) {
    if (typeof step !== "string") throw new EditProblem(`${show(path)} is a map, and needs a name.`);
    const existing = parent.get(step, true) as Node | undefined;
    if (existing?.comment && isScalar(existing)) node.comment = existing.comment;
    parent.set(step, node);
    return;
  }
  const at = indexIn(parent, step);
  if (at !== null) parent.items[at] = node;
  else if (typeof step === "object" && isMap(node)) {
    // Named by what it says, so it has to say it.
    for (const [name, text] of Object.entries(step).toReversed())
      if (!node.has(name)) node.items.unshift(document.createPair(name, text));
    parent.items.push(node);
  } else if (step === parent.items.length) parent.items.push(node);
  else throw nothingAt(path);
}

function listOf(node: YAMLMap | YAMLSeq, path: readonly PathStep[]): YAMLSeq {
  if (isSeq(node)) return node;
  throw new EditProblem(`${show(path.slice(0, -1))} is no list.`);
}

function placeIn(list: YAMLSeq, step: PathStep, path: readonly PathStep[]): number {
  const at = indexIn(list, step);
  if (at === null) throw nothingAt(path);
  return at;
}

function indexIn(list: YAMLSeq, step: PathStep): number | null {
  if (typeof step === "string") return null;
  if (typeof step === "number") return step >= 0 && step < list.items.length ? step : null;
  const at = list.items.findIndex((item) => {
    const says = Object.entries(step);
    return isMap(item) && says.length > 0 && says.every(([name, text]) => nameOf(item.get(name)) === text);
  });
  return at < 0 ? null : at;
}

/** Empty for what is no name. */
function nameOf(value: unknown): string {
  const plain: unknown = isScalar(value) ? value.value : value;
  return typeof plain === "string" || typeof plain === "number" || typeof plain === "boolean" ? String(plain) : "";
}

const nothingAt = (path: readonly PathStep[]): EditProblem => new EditProblem(`there is nothing at ${show(path)}.`);
const show = (path: readonly PathStep[]): string => JSON.stringify(path).slice(0, 200);
