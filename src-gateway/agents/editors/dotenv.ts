/** Files of `NAME=value` lines, as programs and shells read them. Pure. */
import type { Json } from "../json.ts";
import type { KeyPath } from "../types.ts";
import { endLine, lineAt, lineEndOf, lineStart, lineStop, nextLine, splice } from "./text.ts";
import { type Editor, UnreadableText } from "./types.ts";

interface Line {
  name: string;
  start: number;
  valueStart: number;
  valueEnd: number;
}

export const dotenvEditor: Editor = {
  parse: (text) => Object.fromEntries(scan(text).map((line) => [line.name, valueOf(text, line)])),
  rawAt(text, path) {
    const line = find(text, path);
    return line && text.slice(line.valueStart, line.valueEnd);
  },
  lineOf(text, path) {
    const line = find(text, path);
    return line ? lineAt(text, line.start) : null;
  },
  set(text, path, source) {
    const raw = "raw" in source ? source.raw : print(source.value);
    const there = find(text, path);
    if (there) return splice(text, there.valueStart, there.valueEnd, raw);
    const lineEnd = lineEndOf(text);
    const hasEnd = text === "" || text.endsWith("\n");
    return `${endLine(text, lineEnd)}${path[0] as string}=${raw}${hasEnd ? lineEnd : ""}`;
  },
  remove(text, path) {
    const line = find(text, path);
    if (!line) return text;
    const from = lineStart(text, line.start);
    const next = nextLine(text, line.valueEnd);
    if (next < text.length || text.endsWith("\n")) return splice(text, from, next, "");
    return text.slice(0, from).replace(/\r?\n$/, "");
  },
};

/** The last of several lines of one name is in force. */
const find = (text: string, path: KeyPath): Line | undefined => scan(text).findLast(({ name }) => name === path[0]);

function scan(text: string): Line[] {
  const found: Line[] = [];
  for (let at = 0; at < text.length; ) {
    const head = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/.exec(text.slice(at, lineStop(text, at)));
    if (!head) {
      at = nextLine(text, at);
      continue;
    }
    const valueStart = at + head[0].length;
    const valueEnd = valueStop(text, valueStart);
    found.push({ name: head[1] ?? "", start: at, valueStart, valueEnd });
    at = nextLine(text, valueEnd);
  }
  return found;
}

/** Quoted values may go over several lines; others end at a comment. */
function valueStop(text: string, from: number): number {
  const quote = text[from];
  if (quote === '"' || quote === "'" || quote === "`") {
    for (let at = from + 1; at < text.length; at++) {
      if (text[at] === "\\" && quote === '"') at++;
      else if (text[at] === quote) return at + 1;
    }
    throw new UnreadableText(`a quote of line ${lineAt(text, from)} has no end`, lineAt(text, from));
  }
  const rest = text.slice(from, lineStop(text, from));
  return from + rest.replace(/(?:^|\s)#.*$/, "").trimEnd().length;
}

function valueOf(text: string, { valueStart, valueEnd }: Line): string {
  const raw = text.slice(valueStart, valueEnd);
  const quote = raw[0];
  if (quote !== '"' && quote !== "'" && quote !== "`") return raw;
  const inner = raw.slice(1, -1);
  return quote === '"' ? inner.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : inner;
}

function print(value: Json): string {
  const text = value as string;
  if (/^[\w./:@%+,=~-]*$/.test(text)) return text;
  if (!/['\n\r]/.test(text)) return `'${text}'`;
  throw new UnreadableText("a value with quotes and line ends cannot be written here");
}
