/** The tables, the same on SQLite and PostgreSQL. Times are microseconds since 1970 unless a name says otherwise. */
import type { ColumnType, Generated } from "kysely";
import type { AuditLogTable, IdempotencyKeysTable } from "./audit-tables.ts";
import type { ConfigurationTables } from "./configuration-tables.ts";
import type { HookTables } from "./hook-tables.ts";
import type { IdentityTables, KeyExtras, UserExtras } from "./identity-tables.ts";
import type {
  AppliedPricesTable,
  CostCorrectionsTable,
  ImportedEntriesTable,
  LatencyDaysTable,
  LedgerBlocksTable,
  LedgerChainTable,
  UsageDaysTable,
  UsageHoursTable,
} from "./ledger-tables.ts";
import type { NamedColumn } from "./named-columns.ts";
import type { NoticeTables } from "./notice-tables.ts";
import type { SignInTables } from "./sign-in-tables.ts";

export type { CostCorrectionsTable } from "./ledger-tables.ts";

/** Set by the database on insert. */
type Id = Generated<number>;

export interface UsersTable extends UserExtras {
  id: Id;
  uuid: string;
  email: string;
  role: string;
  display_name: string;
  status: string;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

export interface ApiKeysTable extends KeyExtras {
  id: Id;
  uuid: string;
  user_id: number;
  name: string;
  key_hash: string;
  key_prefix: string;
  /** JSON list of words. */
  scopes: string;
  expires_at: number | null;
  revoked_at: number | null;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

/** One run of a gateway process. */
export interface InstancesTable {
  id: Id;
  /** The scope in which `pid` is unique: the machine, and inside it the container. */
  host: string;
  pid: number;
  started_at: number;
  heartbeat_at: number;
  stopped_at: number | null;
}

/** One row per exchange, written when it begins and completed when it ends: a view of `exchange_rows`, only to be read. */
export interface ExchangesTable {
  /** Microseconds since 1970 at arrival. */
  id: ColumnType<number, number, never>;
  instance_id: number;
  /** The id that the record has, when that was taken by a record of another process; null for nearly all. */
  moved_from: number | null;
  user_id: number | null;
  api_key_id: number | null;
  agent: string | null;
  session: string | null;
  project: string | null;
  surface: string;
  stream: number;
  model_asked: string | null;
  model_routed: string | null;
  model_served: string | null;
  provider: string | null;
  /** Of the only attempt, when the other columns say the rest about it. */
  attempt_reason: string | null;
  attempt_ended_us: number | null;
  /** JSON, see pack-attempts.ts; null when there was none, or one plain one. */
  attempts: string | null;
  outcome: string;
  status: number | null;
  error_code: string | null;
  error_message: string | null;
  finish_reason: string | null;
  queue_us: number | null;
  first_byte_us: number | null;
  first_token_us: number | null;
  total_us: number | null;
  input_uncached: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  output_tokens: number;
  reasoning: number;
  audio_input: number;
  audio_output: number;
  usage_source: string;
  losses: string | null;
  bytes_in: number;
  bytes_out: number;
  /** JSON, see pack-plan.ts; null when none was made. */
  plan: string | null;
  /** Id of the exchange whose answer this one was given. */
  joined_to: number | null;
  /** Id of the exchange whose request this one repeats. */
  replay_of: number | null;
  /** JSON, see pack-prefix.ts; null when no turn before this one was known. */
  prefix: string | null;
  git_branch: string | null;
  /** What was noticed about an agent that runs in circles. */
  runaway: string | null;
  service_tier: string | null;
  /** JSON of what is counted beside tokens; null for nearly all. */
  counts: string | null;
  /** The prices that were applied, in `applied_prices`; null where none are known. */
  price_id: number | null;
  /** What it cost in nano-USD, as it was closed; null where no price is known, which is not the same as free. */
  cost_nano: number | null;
  /** Tokens as the gateway counts them itself; null for nearly all. */
  own_input: number | null;
  own_output: number | null;
}

/** The same, with numbers of `names` in place of the texts that come again and again. */
export type ExchangeRowsTable = {
  [Column in keyof ExchangesTable]: Column extends NamedColumn
    ? null extends ExchangesTable[Column]
      ? number | null
      : number
    : ExchangesTable[Column];
};

/** As PostgreSQL keeps it, what is usual may not be written; `lean-rows.ts` says how. Read it as `exchange_numbers`. */
type KeptRowsTable = ExchangeRowsTable & { longs?: string | null };

/** Texts that rows name by number. */
export interface NamesTable {
  id: Id;
  /** The first 52 bits of the SHA-256 of the text, or the next number that is free. */
  digest: number;
  text: string;
}

/** An answer that a Responses client may go on from, with what it answered. */
export interface StoredResponsesTable {
  id: string;
  owner: string;
  /** The answer that this one went on from. */
  previous_id: string | null;
  created_at: number;
  expires_at: number;
  model: string;
  provider: string;
  /** Characters of `input` and `response` together. */
  size: number;
  /** JSON list of the request's own items. */
  input: string;
  /** JSON, as the client got it. */
  response: string;
}

/** What is true of the database as a whole. */
export interface FactsTable {
  name: string;
  value: string;
}

export interface Database extends ConfigurationTables, NoticeTables, SignInTables, IdentityTables, HookTables {
  facts: FactsTable;
  users: UsersTable;
  api_keys: ApiKeysTable;
  instances: InstancesTable;
  exchanges: ExchangesTable;
  exchange_rows: KeptRowsTable;
  exchange_numbers: ExchangeRowsTable;
  names: NamesTable;
  stored_responses: StoredResponsesTable;
  applied_prices: AppliedPricesTable;
  cost_corrections: CostCorrectionsTable;
  usage_hours: UsageHoursTable;
  usage_days: UsageDaysTable;
  latency_days: LatencyDaysTable;
  ledger_chain: LedgerChainTable;
  ledger_blocks: LedgerBlocksTable;
  imported_entries: ImportedEntriesTable;
  audit_log: AuditLogTable;
  idempotency_keys: IdempotencyKeysTable;
}
