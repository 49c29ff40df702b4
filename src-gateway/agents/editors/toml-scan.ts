/** Where the statements of a TOML text stand. Only for texts that a parser has found good. Pure. */

export interface TomlPair {
  kind: "pair";
  /** Names from the root of the document. */
  path: string[];
  /** How many of them come from the table's header. */
  depth: number;
  start: number;
  valueStart: number;
  valueEnd: number;
}

export interface TomlHeader {
  kind: "table" | "list";
  path: string[];
  depth: number;
  start: number;
  end: number;
}

export type TomlStatement = TomlPair | TomlHeader;

export function scanToml(text: string): TomlStatement[] {
  const found: TomlStatement[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let table: string[] = [];
  for (;;) {
    at = skipTrivia(text, at);
    if (at >= text.length) return found;
    const start = at;
    if (text[at] === "[") {
      const isList = text[at + 1] === "[";
      const header = readKey(text, at + (isList ? 2 : 1));
      at = text.indexOf("]", header.end) + (isList ? 2 : 1);
      table = header.names;
      found.push({ kind: isList ? "list" : "table", path: table, depth: table.length, start, end: at });
      continue;
    }
    const key = readKey(text, at);
    const valueStart = skipBlanks(text, text.indexOf("=", key.end) + 1);
    at = valueStop(text, valueStart);
    found.push({ kind: "pair", path: [...table, ...key.names], depth: table.length, start, valueStart, valueEnd: at });
  }
}

const skipBlanks = (text: string, from: number): number => {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
};

function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] ?? "")) at++;
    if (text[at] !== "#") return at;
    const stop = text.indexOf("\n", at);
    at = stop < 0 ? text.length : stop;
  }
}

function readKey(text: string, from: number): { names: string[]; end: number } {
  const names: string[] = [];
  let at = from;
  for (;;) {
    at = skipBlanks(text, at);
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const stop = stringStop(text, at);
      const inner = text.slice(at + 1, stop - 1);
      names.push(quote === "'" ? inner : unquote(inner));
      at = stop;
    } else {
      const bare = /^[^\s.=\]]+/.exec(text.slice(at, at + 1000))?.[0] ?? "";
      names.push(bare);
      at += Math.max(bare.length, 1);
    }
    at = skipBlanks(text, at);
    if (text[at] !== ".") return { names, end: at };
    at++;
  }
}

function unquote(inner: string): string {
  try {
    return JSON.parse(`"${inner}"`) as string;
  } catch {
    return inner;
  }
}

function stringStop(text: string, from: number): number {
  const quote = text[from] ?? "";
  const long = quote.repeat(3);
  const isLong = text.startsWith(long, from);
  let at = from + (isLong ? 3 : 1);
  while (at < text.length) {
    if (quote === '"' && text[at] === "\\") at += 2;
    else if (isLong && text.startsWith(long, at)) {
      at += 3;
      // Up to two more quotes belong to the text.
      while (text[at] === quote) at++;
      return at;
    } else if (!isLong && text[at] === quote) return at + 1;
    else at++;
  }
  return at;
}

function valueStop(text: string, from: number): number {
  let at = from;
  let open = 0;
  let end = from;
  while (at < text.length) {
    const sign = text[at] ?? "";
    if (sign === '"' || sign === "'") at = stringStop(text, at);
    else if (sign === "#") {
      if (open === 0) return end;
      const stop = text.indexOf("\n", at);
      at = stop < 0 ? text.length : stop;
      continue;
    } else if ((sign === "\n" || sign === "\r") && open === 0) return end;
    else {
      if (sign === "[" || sign === "{") open++;
      if (sign === "]" || sign === "}") open--;
      at++;
      if (/\s/.test(sign)) continue;
    }
    end = at;
  }
  return end;
}
