/** Rows as lines of PostgreSQL's COPY text form, exactly as PostgreSQL itself writes them. */
import type { ColumnKind, CopyTable } from "./copy-types.ts";

export type CopyValue = bigint | number | string | Uint8Array | null;

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};
const UNESCAPES = new Map(Object.entries(ESCAPES).map(([character, escape]) => [escape, character]));

export function encodeLine(values: readonly CopyValue[]): string {
  let line = "";
  for (let place = 0; place < values.length; place++) {
    if (place > 0) line += "\t";
    line += encodeField(values[place] ?? null);
  }
  return line;
}

function encodeField(value: CopyValue): string {
  if (value === null) return "\\N";
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "object")
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString("hex")}`;
  return String(value);
}

function escapeText(text: string): string {
  // PostgreSQL has no NUL in a text; our own rows never hold one.
  return /[\\\b\f\n\r\t\v\0]/.test(text)
    ? text.replaceAll("\0", "\uFFFD").replaceAll(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character] ?? character)
    : text;
}

const unescapeText = (field: string): string =>
  field.includes("\\") ? field.replaceAll(/\\./g, (escape) => UNESCAPES.get(escape) ?? escape.slice(1)) : field;

/** @param kinds of the columns, in the order of the line. */
export function decodeLine(line: string, kinds: readonly ColumnKind[]): CopyValue[] {
  const fields = line.split("\t");
  if (fields.length !== kinds.length) throw new Error(`a row has ${fields.length} values instead of ${kinds.length}`);
  return fields.map((field, place) => decodeField(field, kinds[place] ?? "text"));
}

function decodeField(field: string, kind: ColumnKind): CopyValue {
  if (field === "\\N") return null;
  // From 16 digits on a number may not be exact.
  if (kind === "integer") return field.length < 16 ? Number(field) : BigInt(field);
  if (kind === "bytes") return Buffer.from(field.slice("\\\\x".length), "hex");
  return unescapeText(field);
}

/** The key of a row, each part as text. */
export function keyOf(table: CopyTable, line: string): string[] {
  const fields = line.split("\t");
  return table.key.map((name) => unescapeText(fields[table.columns.findIndex((column) => column.name === name)] ?? ""));
}
