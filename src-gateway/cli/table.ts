import type { Colour, Paint } from "./colours.ts";
import { cut, harmless, widthOf } from "./format.ts";

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  colour?(row: Row): Colour;
  /** Numbers stand right, so that they can be compared. */
  right?: boolean;
  /** Where the terminal is too narrow, the column may be cut down to this. */
  min?: number;
  /** Where even that is too wide, columns are left out, the highest number first. */
  leaveOut?: number;
  /** At least this wide, for rows that are yet to come. */
  reserve?: number;
}

export interface Table<Row> {
  header(): string;
  line(row: Row): string;
}

interface Laid<Row> {
  column: Column<Row>;
  width: number;
}

const GAP = 2;

export interface TableOptions {
  /** Of the terminal; null cuts nothing, for files and pipes. */
  width: number | null;
  paint: Paint;
  /** More rows will come than those that are known. */
  willGrow?: boolean;
}

export function layOut<Row>(rows: Row[], columns: Column<Row>[], options: TableOptions): Table<Row> {
  const { width, paint, willGrow = false } = options;
  const laid = fit(rows, willGrow ? columns : columns.map((column) => ({ ...column, reserve: 0 })), width);
  const last = laid.at(-1);
  if (willGrow && width !== null && last) last.width += Math.max(0, width - total(laid));
  const line = (cells: { text: string; colour: Colour }[]): string =>
    cells
      .map(({ text, colour }, n) => {
        const { column, width: own } = laid[n] as Laid<Row>;
        const cell = width === null ? text : cut(text, own);
        const isLast = n === laid.length - 1 && !column.right;
        return paint(colour, isLast ? cell : pad(cell, own, column));
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  return {
    header: () => line(laid.map(({ column }) => ({ text: column.title, colour: "dim" }))),
    line: (row) =>
      line(laid.map(({ column }) => ({ text: harmless(column.value(row)), colour: column.colour?.(row) ?? "plain" }))),
  };
}

function fit<Row>(rows: Row[], columns: Column<Row>[], width: number | null): Laid<Row>[] {
  let laid = columns.map((column) => ({ column, width: naturalWidth(rows, column) }));
  if (width === null) return laid;
  for (;;) {
    shrink(laid, width);
    if (total(laid) <= width || laid.length <= 1) return laid;
    const last = laid.reduce((worst, each) =>
      (each.column.leaveOut ?? 0) > (worst.column.leaveOut ?? 0) ? each : worst,
    );
    if (last.column.leaveOut === undefined) return laid;
    // What is left may have its full width again.
    laid = laid.filter((each) => each !== last).map(({ column }) => ({ column, width: naturalWidth(rows, column) }));
  }
}

function naturalWidth<Row>(rows: Row[], column: Column<Row>): number {
  let width = Math.max(widthOf(column.title), column.reserve ?? 0);
  for (const row of rows) width = Math.max(width, widthOf(harmless(column.value(row))));
  return width;
}

const total = (laid: { width: number }[]): number =>
  laid.reduce((sum, { width }) => sum + width, GAP * (laid.length - 1));

/** Takes from the widest column that can give, one by one. */
function shrink<Row>(laid: Laid<Row>[], width: number): void {
  const floor = ({ column }: Laid<Row>): number =>
    Math.max(column.min ?? Number.POSITIVE_INFINITY, widthOf(column.title));
  for (let excess = total(laid) - width; excess > 0; excess--) {
    const givers = laid.filter((each) => each.width > floor(each));
    const widest = givers.toSorted((a, b) => b.width - a.width)[0];
    if (!widest) return;
    widest.width--;
  }
}

function pad<Row>(text: string, width: number, { right }: Column<Row>): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}
