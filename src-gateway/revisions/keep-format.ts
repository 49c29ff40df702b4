import { diffLines } from "../lib/diff-lines.ts";

/**
 * Puts a change into a text without touching the lines that it is not about. A YAML writer has its own ideas of quotes,
 * indentation and empty lines: `before` and `after` are what it writes without and with the change, `original` is what a
 * person wrote.
 */
export function keepFormat(original: string, before: string, after: string): string {
  if (original === before) return after;
  const base = before.split("\n");
  const [own, changed] = [original.split("\n"), after.split("\n")];
  const [toOwn, toChanged] = [matches(bare(before), bare(original)), matches(before, after)];
  const lines: string[] = [];
  let [atBase, atOwn, atChanged] = [0, 0, 0];
  const takeUpTo = (endBase: number, endOwn: number, endChanged: number): void => {
    const asChanged = changed.slice(atChanged, endChanged);
    const isSame = asChanged.join("\n") === base.slice(atBase, endBase).join("\n");
    // Beside lines that stand further in, so do new ones.
    const [ours, theirs] = endOwn > atOwn ? [own[atOwn], base[atBase]] : [own[atOwn - 1], base[atBase - 1]];
    const shift = indentOf(ours ?? "") - indentOf(theirs ?? "");
    lines.push(...(isSame ? own.slice(atOwn, endOwn) : asChanged.map((line) => moveRight(line, shift))));
  };
  for (let at = 0; at < base.length; at++) {
    const [inOwn, inChanged] = [toOwn.get(at), toChanged.get(at)];
    if (inOwn === undefined || inChanged === undefined) continue;
    takeUpTo(at, inOwn, inChanged);
    lines.push(own[inOwn] ?? "");
    [atBase, atOwn, atChanged] = [at + 1, inOwn + 1, inChanged + 1];
  }
  takeUpTo(base.length, own.length, changed.length);
  return lines.join("\n");
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function moveRight(line: string, columns: number): string {
  if (line === "") return line;
  return columns >= 0 ? " ".repeat(columns) + line : line.slice(Math.min(-columns, indentOf(line)));
}

/** Two lines that differ in spaces and quotes only say the same. */
const bare = (text: string): string => text.replaceAll(/[^\S\n]+|["']/g, "");

/** Which line of the left text is which line of the right one. */
function matches(left: string, right: string): Map<number, number> {
  const found = new Map<number, number>();
  let [a, b] = [0, 0];
  for (const line of diffLines(left, right)) {
    if (line.left !== null && line.left === line.right) found.set(a, b);
    if (line.left !== null) a++;
    if (line.right !== null) b++;
  }
  return found;
}
