/** Lines of shells' and programs' files that hold a key which is kept elsewhere by now: taken out, and put back. Pure. */

/** A line without its key. What stood around it is kept, so that the line can be put back as it was. */
export interface TakenLine {
  variable: string;
  /** Of the secret that holds the key. */
  secret: string;
  head: string;
  tail: string;
  /** What stands there in its stead. */
  marker: string;
}

export interface KeyLine extends TakenLine {
  /** From 1. */
  line: number;
}

export interface KeyLines {
  found: KeyLine[];
  /** Lines with a key that cannot be taken out by themselves; named by the secret where they assign it to nothing. */
  left: { line: number; variable: string }[];
}

export interface KeyLineOptions {
  /** What a line assigns. */
  read: (line: string) => { variable: string; value: string } | null;
  /** The names of secrets, by their values. */
  secrets: ReadonlyMap<string, string>;
  /** The file is run by a shell. */
  isScript: boolean;
}

const TAIL = /^["']?\s*;?\s*(?:#.*)?$/;

export function findKeyLines(text: string, { read, secrets, isScript }: KeyLineOptions): KeyLines {
  const found: KeyLine[] = [];
  const left: KeyLines["left"] = [];
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  for (const [index, line] of lines.entries()) {
    const assigned = read(line);
    const secret = assigned === null ? undefined : secrets.get(assigned.value);
    if (assigned === null || secret === undefined) {
      const [, hidden] = [...secrets].find(([value]) => line.includes(value)) ?? [];
      if (hidden !== undefined) left.push({ line: index + 1, variable: hidden });
      continue;
    }
    const { variable, value } = assigned;
    const at = line.lastIndexOf(value);
    const head = line.slice(0, at);
    const tail = line.slice(at + value.length);
    const isAlone = TAIL.test(tail) && !head.includes(";") && !/^\s*[-{,]/.test(line);
    if (!isAlone || lines[index - 1]?.endsWith("\\")) {
      left.push({ line: index + 1, variable });
      continue;
    }
    const indent = /^\s*/.exec(line)?.[0] ?? "";
    // A block of a shell must not become empty: the colon is a command that does nothing.
    const marker = `${indent}${isScript ? ": " : ""}# ${variable} is kept by Tokligence Gateway, named ${secret}`;
    found.push({ line: index + 1, variable, secret, head, tail, marker });
  }
  return { found, left };
}

export function takeOut(text: string, taken: readonly KeyLine[]): string {
  const markers = new Map(taken.map(({ line, marker }) => [line, marker]));
  const lines = text.split("\n");
  return lines.map((line, index) => withEnd(markers.get(index + 1) ?? null, line)).join("\n");
}

/** @returns the text, and those of the lines whose marker is gone. */
export function putBack<Line extends TakenLine>(
  text: string,
  taken: readonly Line[],
  valueOf: (secret: string) => string,
): { text: string; gone: Line[] } {
  const lines = text.split("\n");
  const gone: Line[] = [];
  for (const line of taken) {
    const at = lines.findIndex((each) => each.replace(/\r$/, "") === line.marker);
    if (at < 0) gone.push(line);
    else lines[at] = withEnd(line.head + valueOf(line.secret) + line.tail, lines[at] ?? "");
  }
  return { text: lines.join("\n"), gone };
}

const withEnd = (line: string | null, old: string): string =>
  line === null ? old : old.endsWith("\r") ? `${line}\r` : line;
