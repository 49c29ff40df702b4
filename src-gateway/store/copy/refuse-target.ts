import type { CopyTable } from "./copy-types.ts";

/** @throws Error when there are tables that are not ours. */
export function refuseForeign(present: readonly string[], known: ReadonlySet<string>): void {
  const foreign = present.filter((name) => !known.has(name));
  if (foreign.length === 0) return;
  const shown = foreign.slice(0, 5).join(", ") + (foreign.length > 5 ? " …" : "");
  throw new Error(`The target holds tables of something else (${shown}). Give the copy a database of its own.`);
}

/** @throws Error when there is more in our tables than a new database has. */
export async function refuseFull(
  tables: readonly CopyTable[],
  newRows: ReadonlyMap<string, number>,
  count: (table: CopyTable) => Promise<number>,
): Promise<void> {
  for (const table of tables) {
    if ((await count(table)) > (newRows.get(table.name) ?? 0))
      throw new Error(
        `The target holds data already (in ${table.name}). Copy into an empty database; nothing was changed.`,
      );
  }
}
