/** Places in a text: lines, line ends, indentation. Pure. */

export const splice = (text: string, start: number, end: number, put: string): string =>
  text.slice(0, start) + put + text.slice(end);

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** The one that is used most. */
export function lineEndOf(text: string): "\n" | "\r\n" {
  const windows = text.split("\r\n").length - 1;
  return windows > 0 && windows * 2 >= text.split("\n").length - 1 ? "\r\n" : "\n";
}

/** Where the line that holds this place begins. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** Where its text ends, before the line end. */
export function lineStop(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  if (at < 0) return text.length;
  return text[at - 1] === "\r" && at - 1 >= offset ? at - 1 : at;
}

/** Where the next line begins. */
export function nextLine(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at < 0 ? text.length : at + 1;
}

/** The blanks that a line begins with. */
export const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? "";

/** What one step of indentation is in this text. */
export function indentUnit(text: string): string {
  const first = /^([ \t]+)\S/m.exec(text)?.[1];
  if (first === undefined) return "  ";
  return first.startsWith("\t") ? "\t" : first.length > 8 ? "  " : first;
}

/** The text with a line end behind it, where it has none and is not empty. */
export const endLine = (text: string, lineEnd: string): string =>
  text === "" || text.endsWith("\n") ? text : text + lineEnd;
