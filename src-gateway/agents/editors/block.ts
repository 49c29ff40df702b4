/** Scripts that shells run: one marked block of ours, nothing else. Its one key is `block`. Pure. */
import { endLine, lineAt, lineEndOf, nextLine, splice } from "./text.ts";
import { type Editor, UnreadableText } from "./types.ts";

const OPEN = "# >>> tokligence (managed) >>>";
const CLOSE = "# <<< tokligence (managed) <<<";

interface Block {
  start: number;
  /** Behind the line end. */
  end: number;
  text: string;
}

export const blockEditor: Editor = {
  parse(text) {
    const block = find(text);
    return block ? { block: block.text } : {};
  },
  rawAt: (text) => find(text)?.text,
  lineOf(text) {
    const block = find(text);
    return block ? lineAt(text, block.start) : null;
  },
  set(text, _path, source) {
    const lineEnd = lineEndOf(text);
    const inner = "raw" in source ? source.raw : (source.value as string);
    const lines = [OPEN, ...inner.split(/\r?\n/), CLOSE].join(lineEnd);
    const there = find(text);
    if (there) return splice(text, there.start, there.end, lines + lineEnd);
    const gap = text.trim() === "" ? "" : lineEnd;
    return endLine(text, lineEnd) + gap + lines + lineEnd;
  },
  remove(text) {
    const block = find(text);
    if (!block) return text;
    const above = text.slice(0, block.start);
    // The blank line above it was made with it.
    return (/\n\r?\n$/.test(above) ? above.replace(/\r?\n$/, "") : above) + text.slice(block.end);
  },
};

function find(text: string): Block | null {
  const opens = [...text.matchAll(/^# >>> tokligence \(managed\) >>>[ \t]*\r?$/gm)];
  const closes = [...text.matchAll(/^# <<< tokligence \(managed\) <<<[ \t]*\r?$/gm)];
  const [open] = opens;
  const [close] = closes;
  if (!open && !close) return null;
  if (!open || !close || opens.length > 1 || closes.length > 1 || close.index < open.index) {
    const line = lineAt(text, (open ?? close)?.index ?? 0);
    throw new UnreadableText(`the marks of the gateway's block, from line ${line} on, do not fit together`, line);
  }
  const inner = text.slice(nextLine(text, open.index), close.index).replace(/\r?\n$/, "");
  return { start: open.index, end: nextLine(text, close.index), text: inner.replaceAll("\r\n", "\n") };
}
