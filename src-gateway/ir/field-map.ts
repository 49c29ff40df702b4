/**
 * What becomes of each field of a request on each wire: the one table that translation obeys, and that
 * `docs/api-mapping.md` is generated from.
 */
import { CONTENT_FIELDS } from "./fields/content.ts";
import { PARAMETERS_FIELDS } from "./fields/parameters.ts";
import type { FieldRow, Ruling } from "./fields/ruling.ts";
import { TOOLS_FIELDS } from "./fields/tools.ts";
import type { ProviderWire } from "./protocol.ts";

export const FIELD_GROUPS = {
  Conversation: CONTENT_FIELDS,
  Tools: TOOLS_FIELDS,
  Parameters: PARAMETERS_FIELDS,
} as const;

const ROWS = { ...CONTENT_FIELDS, ...TOOLS_FIELDS, ...PARAMETERS_FIELDS };

export type NeutralField = keyof typeof ROWS;
export const FIELD_MAP: Readonly<Record<NeutralField, FieldRow>> = ROWS;

const LOSSLESS: Ruling = { verdict: "lossless", note: "" };

/** What becomes of a field that comes from another wire. */
export function rulingFor(field: NeutralField, target: ProviderWire): Ruling {
  const row = FIELD_MAP[field];
  return row.abroad ?? row.on?.[target] ?? (row.names[target] === undefined ? (row.elsewhere ?? LOSSLESS) : LOSSLESS);
}
