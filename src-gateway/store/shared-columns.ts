/**
 * Columns in which most rows of a group say the same. To hand a value over to SQLite is half of the work of writing it, so
 * what all rows of a statement share is handed over once, before them.
 */
import type { ExchangeRow } from "./exchange-rows.ts";
import type { NearNumbers } from "./near-numbers.ts";

type Column = keyof ExchangeRow;

/** What every row has, and those of one client as all others of it. */
export const OF_CALLER = [
  "user_id",
  "api_key_id",
  "agent",
  "session",
  "finish_reason",
] as const satisfies readonly Column[];

/** What every row has, and most of them as all others for the same model. */
export const OF_MODEL = [
  "model_asked",
  "model_routed",
  "model_served",
  "provider",
  "attempt_reason",
  "plan",
  "price_id",
] as const satisfies readonly Column[];

/** What every row has, and most of them as all others of their kind. */
export const OF_KIND = [
  "instance_id",
  "surface",
  "stream",
  "outcome",
  "status",
  "usage_source",
] as const satisfies readonly Column[];

/** What the rows of a statement share: each of these includes the one before. */
export type Shared = "nothing" | "kind" | "model" | "caller";

export function sharedOf(rows: readonly ExchangeRow[]): Shared {
  const [first] = rows;
  if (first === undefined || !rows.every((row) => isOfKind(row, first))) return "nothing";
  if (!rows.every((row) => isOfModel(row, first))) return "kind";
  return rows.every((row) => isOfCaller(row, first)) ? "caller" : "model";
}

/** Behind `RowKind.addOwn`: what rows have each for themselves after all. */
export function addUnshared(values: unknown[], row: ExchangeRow, near: NearNumbers, shared: Shared): void {
  if (shared === "caller") return;
  addOfCaller(values, row, near);
  if (shared === "model") return;
  addOfModel(values, row, near);
  if (shared === "nothing") addOfKind(values, row, near);
}

const SHARED_COLUMNS: Readonly<Record<Shared, readonly Column[]>> = {
  nothing: [],
  kind: OF_KIND,
  model: [...OF_MODEL, ...OF_KIND],
  caller: [...OF_CALLER, ...OF_MODEL, ...OF_KIND],
};
export const sharedColumns = (shared: Shared): readonly Column[] => SHARED_COLUMNS[shared];

/** The values of those columns, in their order. */
export function sharedValues(row: ExchangeRow, near: NearNumbers, shared: Shared): unknown[] {
  const values: unknown[] = [];
  if (shared === "nothing") return values;
  if (shared === "caller") addOfCaller(values, row, near);
  if (shared !== "kind") addOfModel(values, row, near);
  addOfKind(values, row, near);
  return values;
}

const isOfCaller = (row: ExchangeRow, other: ExchangeRow): boolean =>
  row.session === other.session &&
  row.api_key_id === other.api_key_id &&
  row.user_id === other.user_id &&
  row.agent === other.agent &&
  row.finish_reason === other.finish_reason;

function addOfCaller(values: unknown[], row: ExchangeRow, near: NearNumbers): void {
  values.push(
    row.user_id,
    row.api_key_id,
    near.of(0, row.agent),
    near.of(1, row.session),
    near.of(2, row.finish_reason),
  );
}

const isOfModel = (row: ExchangeRow, other: ExchangeRow): boolean =>
  row.model_asked === other.model_asked &&
  row.model_routed === other.model_routed &&
  row.model_served === other.model_served &&
  row.provider === other.provider &&
  row.attempt_reason === other.attempt_reason &&
  row.plan === other.plan &&
  row.price_id === other.price_id;

function addOfModel(values: unknown[], row: ExchangeRow, near: NearNumbers): void {
  values.push(
    near.of(8, row.model_asked),
    near.of(9, row.model_routed),
    near.of(10, row.model_served),
    near.of(11, row.provider),
    near.of(12, row.attempt_reason),
    near.of(13, row.plan),
    row.price_id,
  );
}

const isOfKind = (row: ExchangeRow, other: ExchangeRow): boolean =>
  row.instance_id === other.instance_id &&
  row.surface === other.surface &&
  row.stream === other.stream &&
  row.outcome === other.outcome &&
  row.status === other.status &&
  row.usage_source === other.usage_source;

function addOfKind(values: unknown[], row: ExchangeRow, near: NearNumbers): void {
  values.push(
    row.instance_id,
    near.of(14, row.surface),
    row.stream,
    row.outcome,
    row.status,
    near.of(15, row.usage_source),
  );
}
