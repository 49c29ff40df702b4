/**
 * Providers are rows: `config/catalogue/providers` holds one file each, bundled with the program. `providers/` turns a
 * row and what the operator configured into an instance that can be called; it does no I/O.
 */
import { CATALOGUE_ROWS } from "../../config/catalogue/index.ts";
import type { CatalogueRow } from "./types.ts";

// The rows' shape is checked by a test, not at every start.
export const CATALOGUE: ReadonlyMap<string, CatalogueRow> = new Map(
  (CATALOGUE_ROWS as readonly CatalogueRow[]).map((row) => [row.id, row]),
);
