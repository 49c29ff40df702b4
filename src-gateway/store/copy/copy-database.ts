/**
 * Copies the gateway's tables from one database into another, as they are. Rows go over in parts, each with a note of how
 * far that was, so that a copy that was ended in any way goes on where it stood. At the end both sides are read and summed.
 */
import { keyOf } from "./copy-line.ts";
import type { CopyTable, TableProgress, TableReader, TableWriter } from "./copy-types.ts";
import { LineSum } from "./line-sum.ts";

export interface CopyProgress {
  phase: "copy" | "check";
  table: string;
  /** Rows of all tables. */
  rows: number;
  totalRows: number;
}

export interface CopiedTable {
  name: string;
  rows: number;
  /** See LineSum. */
  sum: string;
}

export interface CopyOptions {
  /** What the source is called; a copy goes on only from the same one. */
  sourceName: string;
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

/** @throws Error when the tables differ, when the target holds a copy of something else, or when the sums disagree. */
export async function copyDatabase(
  source: TableReader,
  target: TableWriter,
  { sourceName, onProgress = () => {} }: CopyOptions,
): Promise<{ tables: CopiedTable[]; isResumed: boolean }> {
  const known = await target.readProgress();
  if (known !== null && known.source !== sourceName)
    throw new Error(`The target holds a part of a copy of ${known.source}. Go on with that one, or empty the target.`);
  const tables = pairs(source.tables, target.tables);
  if (known === null) await target.begin(sourceName, await firstExchange(source));
  let totalRows = 0;
  for (const table of tables) totalRows += await source.count(table);
  const run = new Run(source, target, totalRows, onProgress);
  const sums: CopiedTable[] = [];
  for (const table of tables) sums.push(await run.copyTable(table, known?.tables.get(table.name) ?? null));
  // What an earlier run has read may have changed since.
  if (known !== null)
    await run.compare("source", source, sums, "changed while it was copied; empty the target, and begin anew");
  const reader = await target.openReader();
  try {
    await run.compare("target", reader, sums, "does not hold what was copied");
  } finally {
    await reader.close();
  }
  for (const table of tables) if (table.hasSequence) await target.setLastDrawn(table, await source.lastDrawn(table));
  await target.finish();
  return { tables: sums, isResumed: known !== null };
}

/** The rows of exchanges lie in a table per month on PostgreSQL; their ids are times. */
const EXCHANGE_ROWS = "exchange_rows";

export async function firstExchange(source: TableReader): Promise<number | null> {
  const table = source.tables.find(({ name }) => name === EXCHANGE_ROWS);
  return table === undefined ? null : source.lowest(table);
}

/** Only the target's own tables are filled, and all that the source has for it. @throws Error when they differ. */
function pairs(source: readonly CopyTable[], target: readonly CopyTable[]): CopyTable[] {
  const own = new Map(target.map((table) => [table.name, table]));
  return source
    .filter(({ name }) => own.has(name))
    .map((table) => {
      const words = (one: CopyTable | undefined): string[] =>
        one?.columns.map(({ name, kind }) => `${name} ${kind}`).sort() ?? [];
      if (words(table).join() !== words(own.get(table.name)).join())
        throw new Error(
          `The table ${table.name} is not the same on both sides. Bring both to this version with \`gateway migrate up\`.`,
        );
      return table;
    });
}

class Run {
  private readonly source: TableReader;
  private readonly target: TableWriter;
  private readonly totalRows: number;
  private readonly onProgress: (progress: CopyProgress) => void;
  private rows = 0;

  constructor(
    source: TableReader,
    target: TableWriter,
    totalRows: number,
    onProgress: (progress: CopyProgress) => void,
  ) {
    this.source = source;
    this.target = target;
    this.totalRows = totalRows;
    this.onProgress = onProgress;
  }

  async copyTable(table: CopyTable, known: TableProgress | null): Promise<CopiedTable> {
    const sum = known === null ? new LineSum() : LineSum.from(known.rows, known.sum);
    this.rows += sum.rows;
    let lastKey = known?.lastKey ?? null;
    const progress = (isWhole: boolean): TableProgress => ({ rows: sum.rows, lastKey, sum: sum.hex, isWhole });
    this.say("copy", table);
    if (known?.isWhole !== true) {
      for await (const lines of this.source.read(table, { ordered: true, after: lastKey })) {
        sum.add(lines);
        lastKey = keyOf(table, lines.at(-1) ?? "");
        await this.target.append(table, lines, progress(false));
        this.rows += lines.length;
        this.say("copy", table);
      }
      await this.target.append(table, [], progress(true));
    }
    return { name: table.name, rows: sum.rows, sum: sum.hex };
  }

  async compare(side: string, reader: TableReader, sums: readonly CopiedTable[], problem: string): Promise<void> {
    this.rows = 0;
    for (const expected of sums) {
      const table = this.source.tables.find(({ name }) => name === expected.name);
      if (table === undefined) continue;
      const sum = new LineSum();
      for await (const lines of reader.read(table)) {
        sum.add(lines);
        this.rows += lines.length;
        this.say("check", table);
      }
      if (sum.rows !== expected.rows || sum.hex !== expected.sum)
        throw new Error(
          `The ${side} ${problem}: ${table.name} has ${sum.rows} rows with the sum ${sum.hex.slice(0, 16)}…, ` +
            `copied were ${expected.rows} with ${expected.sum.slice(0, 16)}….`,
        );
    }
  }

  private say(phase: CopyProgress["phase"], { name }: CopyTable): void {
    this.onProgress({ phase, table: name, rows: this.rows, totalRows: this.totalRows });
  }
}
