/** Lines of exchanges as PostgreSQL keeps the rows. Readers give them with all written out, from either database. */
import { isLong, LONGS, SHORT_COLUMNS, USUAL, ZERO_COLUMNS } from "../lean-rows.ts";
import { encodeLine } from "./copy-line.ts";
import type { CopyTable } from "./copy-types.ts";

export const LEAN_TABLE = "exchange_rows";

interface LeanLines {
  /** With the column that is PostgreSQL's own. */
  table: CopyTable;
  toLean: (line: string) => string;
}

const NOTHING = "\\N";

/** @returns the table and its lines unchanged where they are kept as they are read. */
export function leanLinesOf(table: CopyTable): LeanLines {
  if (table.name !== LEAN_TABLE) return { table, toLean: (line) => line };
  const usual = table.columns.map(({ name, kind }) => {
    if (ZERO_COLUMNS.has(name)) return "0";
    // Texts with a number are left as they are: which number it is, is known to the database alone.
    return kind === "integer" && typeof USUAL[name] === "string" ? null : (USUAL[name]?.toString() ?? null);
  });
  const short = table.columns.flatMap(({ name }, place) => (SHORT_COLUMNS.has(name) ? [{ name, place }] : []));
  return {
    table: { ...table, columns: [...table.columns, { name: LONGS, kind: "text" }] },
    toLean: (line) => {
      const fields = line.split("\t");
      for (const [place, value] of usual.entries())
        if (value !== null && fields[place] === value) fields[place] = NOTHING;
      const longs: Record<string, number> = {};
      for (const { name, place } of short) {
        const field = fields[place];
        if (field === undefined || field === NOTHING || !isLong(Number(field))) continue;
        longs[name] = Number(field);
        fields[place] = NOTHING;
      }
      return `${fields.join("\t")}\t${encodeLine([Object.keys(longs).length === 0 ? null : JSON.stringify(longs)])}`;
    },
  };
}
