import { type DiffLine, diffLines } from "../lib/diff-lines.ts";

const CONTEXT = 3;

/** As `diff -u` writes it; empty when both are the same. */
export function unifiedDiff(from: { name: string; text: string }, to: { name: string; text: string }): string {
  if (from.text === to.text) return "";
  const lines = inOrder(diffLines(withoutEnd(from.text), withoutEnd(to.text)));
  const changed = lines.flatMap(({ mark }, index) => (mark === " " ? [] : [index]));
  const hunks: [number, number][] = [];
  for (const index of changed) {
    const [start, end] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)];
    const last = hunks.at(-1);
    if (last && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  }
  const out = [`--- ${from.name}`, `+++ ${to.name}`];
  for (const [start, end] of hunks) {
    const before = lines.slice(0, start);
    const within = lines.slice(start, end);
    out.push(`@@ -${range(before, within, "+")} +${range(before, within, "-")} @@`);
    out.push(...within.map(({ mark, text }) => mark + text));
  }
  // Only the end of the last line differs.
  if (hunks.length === 0) out.push("\\ The last line ends differently.");
  return `${out.join("\n")}\n`;
}

interface MarkedLine {
  mark: " " | "-" | "+";
  text: string;
}

const withoutEnd = (text: string): string => text.replace(/\n$/, "");

/** What goes first, then what comes, as everybody reads it. */
function inOrder(rows: readonly DiffLine[]): MarkedLine[] {
  const lines: MarkedLine[] = [];
  let [gone, come]: [MarkedLine[], MarkedLine[]] = [[], []];
  for (const { left, right } of rows) {
    if (left !== null && left === right) {
      lines.push(...gone, ...come, { mark: " ", text: left });
      [gone, come] = [[], []];
      continue;
    }
    if (left !== null) gone.push({ mark: "-", text: left });
    if (right !== null) come.push({ mark: "+", text: right });
  }
  return [...lines, ...gone, ...come];
}

/** @param not the mark of lines that the side has not. */
function range(before: readonly MarkedLine[], within: readonly MarkedLine[], not: "-" | "+"): string {
  const count = (lines: readonly MarkedLine[]): number => lines.filter(({ mark }) => mark !== not).length;
  const [start, length] = [count(before), count(within)];
  return `${length === 0 ? start : start + 1},${length}`;
}
