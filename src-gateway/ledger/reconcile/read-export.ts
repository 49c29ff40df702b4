/** Recognises a provider's export and reads it: the answers of the usage and cost APIs, and the files of the consoles. */
import { anthropicShapes } from "./anthropic-export.ts";
import { readCsv } from "./csv.ts";
import { ExportError, type ExportLine, type ProviderExport, Reading } from "./export-lines.ts";
import { openaiShapes } from "./openai-export.ts";

/** A row of a CSV file, by the names of its columns in small letters. */
export type CsvRow = Readonly<Record<string, string>>;
/** An entry of a bucket of time, with when the bucket begins. */
export interface BucketEntry {
  startsAt: unknown;
  entry: Record<string, unknown>;
}

export interface CsvShape {
  provider: ProviderExport["provider"];
  name: string;
  /** All of these are there. */
  columns: readonly string[];
  notes: readonly string[];
  read(reading: Reading, where: string, row: CsvRow): ExportLine | null;
}

export interface JsonShape {
  provider: ProviderExport["provider"];
  name: string;
  notes: readonly string[];
  is(entry: Record<string, unknown>): boolean;
  read(reading: Reading, where: string, found: BucketEntry): ExportLine | null;
}

const CSV_SHAPES: readonly CsvShape[] = [...openaiShapes.csv, ...anthropicShapes.csv];
const JSON_SHAPES: readonly JsonShape[] = [...openaiShapes.json, ...anthropicShapes.json];

/** @throws ExportError that names every line that cannot be read. */
export function readExport(text: string): ProviderExport {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  return /^\s*[[{]/.test(body) ? readJson(body) : readTable(body);
}

function readTable(text: string): ProviderExport {
  const [head, ...records] = readCsv(text);
  const names = (head?.cells ?? []).map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, "_"),
  );
  const shape = CSV_SHAPES.find(({ columns }) => columns.every((column) => names.includes(column)));
  if (!shape || !head) throw unknown(`its columns are ${names.slice(0, 12).join(", ") || "none"}`);
  const reading = new Reading();
  const lines: ExportLine[] = [];
  for (const { line, cells } of records) {
    const where = `line ${line}`;
    if (cells.length !== names.length) {
      reading.fail(where, `it has ${cells.length} columns, and the first line has ${names.length}`);
      continue;
    }
    const row = Object.fromEntries(names.map((name, n) => [name, (cells[n] ?? "").trim()]));
    const read = shape.read(reading, where, row);
    if (read) lines.push(read);
  }
  reading.done(lines);
  return { provider: shape.provider, shape: shape.name, lines, notes: [...shape.notes] };
}

function readJson(text: string): ProviderExport {
  const reading = new Reading();
  const lines: ExportLine[] = [];
  let shape: JsonShape | null = null;
  let isPartial = false;
  for (const { where, page } of pagesOf(text)) {
    isPartial = isObject(page) && page["has_more"] === true;
    for (const { at, found } of entriesOf(reading, where, page)) {
      shape ??= JSON_SHAPES.find((each) => each.is(found.entry)) ?? null;
      if (!shape) throw unknown(`${at} has the members ${Object.keys(found.entry).slice(0, 12).join(", ") || "none"}`);
      if (!shape.is(found.entry)) {
        reading.fail(at, `it is no entry of the ${shape.name}`);
        continue;
      }
      const read = shape.read(reading, at, found);
      if (read) lines.push(read);
    }
  }
  reading.done(lines);
  if (!shape) throw unknown("it holds no entries");
  const notes = isPartial ? ["The last page says that there are more: the export is not complete."] : [];
  return { provider: shape.provider, shape: shape.name, lines, notes: [...shape.notes, ...notes] };
}

type Page = Record<string, unknown>;

/** One page, a list of pages, or one page a line. */
function pagesOf(text: string): { where: string; page: Page }[] {
  try {
    const value: unknown = JSON.parse(text);
    const pages = Array.isArray(value) ? value : [value];
    return pages.map((page, n) => ({ where: Array.isArray(value) ? `page ${n + 1}, ` : "", page: page as Page }));
  } catch (error) {
    const lines = text.split(/\r?\n/);
    if (lines.filter((line) => line.trim() !== "").length < 2) throw unknown(`it is no JSON: ${String(error)}`);
    return lines.flatMap((line, n) => {
      if (line.trim() === "") return [];
      try {
        return [{ where: `line ${n + 1}, `, page: JSON.parse(line) as Page }];
      } catch {
        throw new ExportError([{ where: `line ${n + 1}`, problem: "it is no JSON" }]);
      }
    });
  }
}

function entriesOf(reading: Reading, where: string, page: Page): { at: string; found: BucketEntry }[] {
  const buckets = isObject(page) ? page["data"] : null;
  if (!Array.isArray(buckets)) {
    reading.fail(`${where}data`, "it is no list of buckets");
    return [];
  }
  return buckets.flatMap((bucket: unknown, n) => {
    const at = `${where}data[${n}]`;
    const results = isObject(bucket) ? bucket["results"] : null;
    if (!isObject(bucket) || !Array.isArray(results)) {
      reading.fail(at, "it is no bucket with results");
      return [];
    }
    const startsAt = bucket["starting_at"] ?? bucket["start_time"];
    return results.flatMap((entry: unknown, m) => {
      if (isObject(entry)) return [{ at: `${at}.results[${m}]`, found: { startsAt, entry } }];
      reading.fail(`${at}.results[${m}]`, "it is no object");
      return [];
    });
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const unknown = (what: string): ExportError =>
  new ExportError([
    {
      where: "The file",
      problem: `it is no export that is known: ${what}. docs/ledger.md lists those that can be read`,
    },
  ]);
