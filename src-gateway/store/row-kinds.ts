/**
 * Which columns of `exchange_rows` a statement names. A value takes as long to reach the database when it is none, so rows
 * go by how much they say: statements leave out what nearly all rows of their kind leave empty.
 */
import type { ExchangeRow } from "./exchange-rows.ts";
import type { NearNumbers } from "./near-numbers.ts";
import { OF_CALLER, OF_KIND, OF_MODEL } from "./shared-columns.ts";

type Column = keyof ExchangeRow;

/** What every row has for itself. */
const PLAIN = [
  "id",
  "attempt_ended_us",
  "queue_us",
  "first_byte_us",
  "total_us",
  "input_uncached",
  "output_tokens",
  "bytes_in",
  "bytes_out",
  "cost_nano",
] as const satisfies readonly Column[];

/** What streams and coding agents have as well. */
const MORE = [
  "project",
  "git_branch",
  "first_token_us",
  "cache_read",
  "cache_write_5m",
  "reasoning",
  "prefix",
] as const satisfies readonly Column[];

const RARE = [
  "moved_from",
  "attempts",
  "error_code",
  "error_message",
  "cache_write_1h",
  "audio_input",
  "audio_output",
  "losses",
  "joined_to",
  "replay_of",
  "runaway",
  "service_tier",
  "counts",
  "own_input",
  "own_output",
] as const satisfies readonly Column[];

export const ALL_COLUMNS: readonly Column[] = [...PLAIN, ...MORE, ...RARE, ...OF_CALLER, ...OF_MODEL, ...OF_KIND];

/** The rows of one kind: those that say nothing in the columns that are not among these. */
export interface RowKind {
  columns: readonly Column[];
  /** Adds the values of these columns, but for those at their end that rows share, as SQLite has them. */
  addOwn(values: unknown[], row: ExchangeRow, near: NearNumbers): void;
}

const plain: RowKind = { columns: [...PLAIN, ...OF_CALLER, ...OF_MODEL, ...OF_KIND], addOwn: addPlain };
const usual: RowKind = {
  columns: [...PLAIN, ...MORE, ...OF_CALLER, ...OF_MODEL, ...OF_KIND],
  addOwn(values, row, near) {
    addPlain(values, row);
    addMore(values, row, near);
  },
};
const whole: RowKind = {
  columns: ALL_COLUMNS,
  addOwn(values, row, near) {
    addPlain(values, row);
    addMore(values, row, near);
    addRare(values, row, near);
  },
};
export const ROW_KINDS = { plain, usual, whole } as const;

export type RowKindName = keyof typeof ROW_KINDS;

export function kindOf(row: ExchangeRow): RowKindName {
  if (!lacksRare(row)) return "whole";
  return lacksMore(row) ? "plain" : "usual";
}

const lacksMore = (row: ExchangeRow): boolean =>
  row.project === null &&
  row.git_branch === null &&
  row.first_token_us === null &&
  row.cache_read === 0 &&
  row.cache_write_5m === 0 &&
  row.reasoning === 0 &&
  row.prefix === null;

const lacksRare = (row: ExchangeRow): boolean =>
  row.moved_from === null &&
  row.attempts === null &&
  row.error_code === null &&
  row.error_message === null &&
  row.cache_write_1h === 0 &&
  row.audio_input === 0 &&
  row.audio_output === 0 &&
  row.losses === null &&
  row.joined_to === null &&
  row.replay_of === null &&
  row.runaway === null &&
  row.service_tier === null &&
  row.counts === null &&
  row.own_input === null &&
  row.own_output === null;

/** One by one and in the order of the list: by the names in the list it takes twice the time. */
function addPlain(values: unknown[], row: ExchangeRow): void {
  values.push(
    row.id,
    row.attempt_ended_us,
    row.queue_us,
    row.first_byte_us,
    row.total_us,
    row.input_uncached,
    row.output_tokens,
    row.bytes_in,
    row.bytes_out,
    row.cost_nano,
  );
}

function addMore(values: unknown[], row: ExchangeRow, near: NearNumbers): void {
  values.push(
    near.of(3, row.project),
    near.of(4, row.git_branch),
    row.first_token_us,
    row.cache_read,
    row.cache_write_5m,
    row.reasoning,
    row.prefix,
  );
}

function addRare(values: unknown[], row: ExchangeRow, near: NearNumbers): void {
  values.push(
    row.moved_from,
    row.attempts,
    near.of(5, row.error_code),
    row.error_message,
    row.cache_write_1h,
    row.audio_input,
    row.audio_output,
    near.of(6, row.losses),
    row.joined_to,
    row.replay_of,
    row.runaway,
    near.of(7, row.service_tier),
    row.counts,
    row.own_input,
    row.own_output,
  );
}
