/** What the ledger holds beyond a place: by chain, each in its order, as rows for the second book. */
import { sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import { readEntries } from "../store/read-chain.ts";
import { type Correction, READ_COLUMNS, toRow } from "./to-row.ts";
import type { AnalyticsRow } from "./types.ts";

/** Stands for the exchanges that were closed before there were chains; their places are their ids. No run has it. */
export const BEFORE_CHAINS = 0;
const RUNS_A_LOOK = 500;

/**
 * Exchanges that the end of their process interrupted are in no chain: of each run they count as one, under the number of
 * the run with a minus, and their places are their ids.
 */
const ofInterrupted = (runId: number): number => -runId;
/** Whether places count entries of a chain. */
export const isChain = (instanceId: number): boolean => instanceId > BEFORE_CHAINS;

export interface ChainLength {
  instanceId: number;
  end: number;
}

export interface LedgerPage {
  rows: AnalyticsRow[];
  entries: number;
  /** Up to which place it reaches. */
  place: number;
  /** Exchanges that entries name and that are not there. */
  missing: number;
}

/** Up to which id exchanges are in no chain. */
export async function readChainsFrom({ db }: Store): Promise<number> {
  const row = await db.selectFrom("facts").select("value").where("name", "=", "ledger_chain_from").executeTakeFirst();
  return Number(row?.value ?? 0);
}

/** @param sinceUs leaves out runs that stopped, and were silent since before then; null leaves out none. */
export async function* readChainLengths({ db }: Store, sinceUs: number | null): AsyncGenerator<ChainLength[]> {
  for (let after = 0; ; ) {
    const recent = sinceUs === null ? sql`` : sql`and (i.stopped_at is null or i.heartbeat_at >= ${sinceUs})`;
    const { rows } = await sql<{ id: number; place: number | null }>`
      select i.id, coalesce(
        (select b.first_place + b.entries - 1 from ledger_blocks b where b.instance_id = i.id order by b.first_place desc limit 1),
        (select max(c.place) from ledger_chain c where c.instance_id = i.id)) as place
      from instances i where i.id > ${after} ${recent} order by i.id limit ${sql.lit(RUNS_A_LOOK)}`.execute(db);
    yield rows.map(({ id, place }) => ({ instanceId: id, end: place ?? 0 }));
    if (rows.length < RUNS_A_LOOK) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** There are few, and an index has them. */
export async function readInterruptedRuns({ db }: Store): Promise<ChainLength[]> {
  const { rows } = await sql<{ run: number; last: number }>`
    select instance_id as run, max(id) as last from exchanges where outcome = 'interrupted' group by instance_id`.execute(
    db,
  );
  return rows.map(({ run, last }) => ({ instanceId: ofInterrupted(run), end: last }));
}

/** Null where the chain ends. */
export async function readLedgerPage(
  store: Store,
  ledger: string,
  chain: ChainLength,
  after: number,
  limit: number,
): Promise<LedgerPage | null> {
  const entries = await entriesOf(store, chain, after, limit);
  const last = entries.at(-1);
  if (!last) return null;
  const ids = [...new Set(entries.map(({ exchange_id: id }) => id).filter((id) => id !== null))];
  const rows = await readRows(store, ledger, ids);
  const lost = entries.filter(({ exchange_id: id }) => id === null).length;
  return { rows, entries: entries.length, place: last.place, missing: lost + ids.length - rows.length };
}

interface Entry {
  place: number;
  exchange_id: number | null;
}

function entriesOf(store: Store, { instanceId, end }: ChainLength, after: number, limit: number): Promise<Entry[]> {
  if (isChain(instanceId)) return readChained(store, instanceId, after, limit);
  if (instanceId === BEFORE_CHAINS) return readOldest(store, after, end, limit);
  return readInterrupted(store, -instanceId, after, limit);
}

async function readInterrupted({ db }: Store, runId: number, after: number, limit: number): Promise<Entry[]> {
  const { rows } = await sql<Entry>`
    select id as place, id as exchange_id from exchanges
    where outcome = 'interrupted' and instance_id = ${runId} and id > ${after} order by id limit ${sql.lit(limit)}`.execute(
    db,
  );
  return rows;
}

/** A correction sends its exchange once more. */
async function readChained({ db }: Store, instanceId: number, after: number, limit: number): Promise<Entry[]> {
  const entries = await readEntries(db, instanceId, after, limit);
  const ids = entries.flatMap(({ kind, id }) => (kind === "correction" ? [id] : []));
  const corrected = new Map<number, number>();
  if (ids.length > 0) {
    const rows = await db.selectFrom("cost_corrections").select(["id", "exchange_id"]).where("id", "in", ids).execute();
    for (const { id, exchange_id } of rows) corrected.set(id, exchange_id);
  }
  return entries.map(({ place, kind, id }) => ({
    place,
    exchange_id: kind === "exchange" ? id : (corrected.get(id) ?? null),
  }));
}

/** Those that were still open when the chains began are in one, or were never closed. */
async function readOldest({ db }: Store, after: number, end: number, limit: number): Promise<Entry[]> {
  const { rows } = await sql<Entry>`
    select id as place, id as exchange_id from exchanges
    where id > ${after} and id <= ${end} and outcome not in ('open', 'interrupted')
    order by id limit ${sql.lit(limit)}`.execute(db);
  return rows;
}

async function readRows({ db }: Store, ledger: string, ids: readonly number[]): Promise<AnalyticsRow[]> {
  if (ids.length === 0) return [];
  const exchanges = await db.selectFrom("exchanges").select(READ_COLUMNS).where("id", "in", ids).execute();
  const corrections = await db
    .selectFrom("cost_corrections")
    .select(["id", "exchange_id", "price_id", "cost_nano", "reason"])
    .where("exchange_id", "in", ids)
    .orderBy("id")
    .execute();
  const newest = new Map<number, Correction>(corrections.map((row) => [row.exchange_id, row]));
  return exchanges.map((row) => toRow(ledger, row, newest.get(row.id) ?? null));
}
