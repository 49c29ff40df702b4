/** Members of objects and elements of lists: put in and taken out again, each the exact opposite of the other. Pure. */
import type { Node } from "jsonc-parser";
import { indentAt, indentUnit, lineEndOf, lineStart, lineStop, splice } from "./text.ts";

export interface NewChild {
  first: boolean;
  /** @param indent of the line it stands in. */
  print(indent: string): string;
}

/** Blanks and comments only. */
export const isBlank = (text: string): boolean => skipBlanks(text, 0, text.length) === text.length;

/** The next place that is neither blank nor comment. */
function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (/\s|\ufeff/.test(text[at] ?? "")) at++;
    else if (text.startsWith("//", at)) {
      const stop = text.indexOf("\n", at);
      at = stop < 0 ? end : stop;
    } else if (text.startsWith("/*", at)) {
      const stop = text.indexOf("*/", at + 2);
      if (stop < 0) return at;
      at = stop + 2;
    } else return at;
  }
  return end;
}

const endOf = (node: Node): number => node.offset + node.length;

export function addChild(text: string, holder: Node, child: NewChild): string {
  const children = holder.children ?? [];
  const lineEnd = lineEndOf(text);
  const [first] = children;
  const last = children.at(-1);
  if (!first || !last) return addOnly(text, holder, child, lineEnd);
  const indent = indentAt(text, first.offset);
  // Where the first child stands in the line of its brace, so will the new one.
  const isFlat = !text.slice(holder.offset, first.offset).includes("\n");
  const gap = isFlat
    ? /^[{[]\s/.test(text.slice(holder.offset)) || /,\s/.test(text.slice(first.offset, endOf(holder)))
      ? " "
      : ""
    : lineEnd + indent;
  if (child.first) {
    return splice(text, first.offset, first.offset, `${child.print(indent)},${isFlat ? " " : lineEnd + indent}`);
  }
  const after = skipBlanks(text, endOf(last), endOf(holder));
  const hasComma = text[after] === ",";
  const printed = child.print(indent);
  if (isFlat) {
    return hasComma
      ? splice(text, after + 1, after + 1, `${gap}${printed},`)
      : splice(text, endOf(last), endOf(last), `,${gap}${printed}`);
  }
  // Behind the line of the last child, so that its comment stays with it.
  const from = hasComma ? after + 1 : endOf(last);
  const place = Math.min(endOfRemark(text, from), endOf(holder) - 1);
  const put = `${lineEnd}${indent}${printed}${hasComma ? "," : ""}`;
  const grown = splice(text, place, place, put);
  return hasComma ? grown : splice(grown, endOf(last), endOf(last), ",");
}

/** Past comments that begin in this line, if nothing else stands in it. */
function endOfRemark(text: string, from: number): number {
  const stop = lineStop(text, from);
  const rest = text.slice(from, stop);
  if (/^[ \t]*\/\//.test(rest)) return stop;
  const block = /^[ \t]*\/\*(?:(?!\*\/).)*\*\//.exec(rest)?.[0];
  return block === undefined ? from : from + block.length;
}

function addOnly(text: string, holder: Node, child: NewChild, lineEnd: string): string {
  const inner = text.slice(holder.offset + 1, endOf(holder) - 1);
  const outer = indentAt(text, holder.offset);
  const indent = outer + indentUnit(text);
  const isTight = !text.trim().includes("\n") && holder.parent !== undefined;
  if (inner.trim() === "") {
    const put = isTight ? child.print("") : `${lineEnd}${indent}${child.print(indent)}${lineEnd}${outer}`;
    return splice(text, holder.offset + 1, endOf(holder) - 1, put);
  }
  // Comments only: behind them.
  const place = holder.offset + 1 + inner.trimEnd().length;
  return splice(text, place, endOf(holder) - 1, `${lineEnd}${indent}${child.print(indent)}${lineEnd}${outer}`);
}

export function dropChild(text: string, holder: Node, child: Node): string {
  const siblings = holder.children ?? [];
  const place = siblings.indexOf(child);
  const after = skipBlanks(text, endOf(child), endOf(holder));
  const hasComma = text[after] === ",";
  const stop = hasComma ? after + 1 : endOf(child);
  const before = siblings[place - 1];
  const from = before ? endOf(before) : holder.offset + 1;
  if (!before && siblings.length > 1)
    return splice(text, child.offset, siblings[1]?.offset ?? stop, keepRemarks(text, stop, siblings[1]));
  let start = child.offset;
  if (text.slice(from, start).trim() === "" || text.slice(lineStart(text, start), start).trim() === "") {
    while (start > from && /[ \t]/.test(text[start - 1] ?? "")) start--;
    if (text[start - 1] === "\n") start--;
    if (text[start - 1] === "\r") start--;
  }
  const isLast = place === siblings.length - 1;
  // The only child, between its braces: nothing is left of the lines that were made for it.
  const end =
    siblings.length === 1 &&
    text.slice(stop, endOf(holder) - 1).trim() === "" &&
    text.slice(from, child.offset).trim() === ""
      ? endOf(holder) - 1
      : stop;
  const shrunk = splice(text, Math.max(start, from), end, "");
  if (!before || hasComma || !isLast) return shrunk;
  const comma = skipBlanks(text, endOf(before), child.offset);
  return text[comma] === "," ? splice(shrunk, comma, comma + 1, "") : shrunk;
}

/** What stands between a child that goes and the next one, if it is more than blanks. */
function keepRemarks(text: string, from: number, next: Node | undefined): string {
  const between = text.slice(from, next?.offset ?? from);
  return between.trim() === "" ? "" : between.trimStart();
}
