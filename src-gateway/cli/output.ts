/** Values as a table for people, or as JSON or YAML for programs. */
import { stringify } from "yaml";

export type OutputForm = "table" | "json" | "yaml";

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  /** Numbers stand right, so that they can be compared. */
  right?: boolean;
  /** The widest it may become; longer text is cut with an ellipsis. */
  max?: number;
}

export function print<Row>(rows: Row[], columns: Column<Row>[], form: OutputForm, whenEmpty: string): void {
  if (form === "json") write(JSON.stringify(rows, null, 2));
  else if (form === "yaml") write(stringify(rows).trimEnd());
  else if (rows.length === 0) write(whenEmpty);
  else write(table(rows, columns).join("\n"));
}

/** One thing, as `name  value` lines. */
export function printOne(value: object, form: OutputForm, lines: [string, string][]): void {
  if (form === "json") write(JSON.stringify(value, null, 2));
  else if (form === "yaml") write(stringify(value).trimEnd());
  else {
    const width = Math.max(...lines.map(([name]) => name.length));
    write(lines.map(([name, text]) => `${dim(name.padEnd(width))}  ${text}`).join("\n"));
  }
}

export function table<Row>(rows: Row[], columns: Column<Row>[]): string[] {
  const cells = rows.map((row) => columns.map((column) => cut(column.value(row), column.max ?? 60)));
  const widths = columns.map((column, n) => Math.max(column.title.length, ...cells.map((line) => lengthOf(line[n] ?? ""))));
  const line = (texts: string[]): string =>
    texts.map((text, n) => pad(text, widths[n] ?? 0, columns[n]?.right ?? false)).join("  ").trimEnd();
  return [dim(line(columns.map((column) => column.title))), ...cells.map(line)];
}

const pad = (text: string, width: number, right: boolean): string => {
  const space = " ".repeat(Math.max(0, width - lengthOf(text)));
  return right ? space + text : text + space;
};

/** Without the escape codes of colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const lengthOf = (text: string): number => text.replace(/\x1b\[\d+m/g, "").length;

const cut = (text: string, max: number): string => (lengthOf(text) > max ? `${text.slice(0, max - 1)}…` : text);

let colours = process.stdout.isTTY === true && !process.env["NO_COLOR"];
export const useColours = (on: boolean): void => {
  colours = on && colours;
};
const colour = (code: number) => (text: string): string => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
export const dim = colour(2);
export const red = colour(31);
export const green = colour(32);
export const yellow = colour(33);

export const write = (text: string): void => void process.stdout.write(`${text}\n`);

export const whenOf = (us: number): string => new Date(us / 1000).toISOString().slice(0, 19).replace("T", " ");
export const count = (value: number): string => value.toLocaleString("en-US");
/** Milliseconds below a second, seconds above. */
export const duration = (us: number | null): string => (us === null ? "–" : us < 1_000_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1_000_000).toFixed(1)} s`);
