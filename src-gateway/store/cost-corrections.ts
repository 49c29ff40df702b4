/** Corrections of what exchanges cost: added with their prices, their place in the chain and their part of the sums. */
import type { Kysely } from "kysely";
import type { Clock } from "../lib/clock.ts";
import { appendToChain, readChainEnd } from "./append-to-chain.ts";
import { correctionText } from "./ledger-chain.ts";
import type { DialectName, Store } from "./open-store.ts";
import { type CountedRow, GroupSums } from "./rollups.ts";
import type { CostCorrectionsTable, Database } from "./schema.ts";
import { whileBusy } from "./while-busy.ts";

/** Of a failed attempt, by its place among the attempts of its exchange. */
export interface AttemptCost {
  place: number;
  priceId: number;
  /** JSON */
  price: string;
  costNano: number;
}

export interface NewCorrection {
  exchange: CountedRow;
  priceId: number | null;
  /** JSON; null where there is none. */
  price: string | null;
  /** Their costs are part of `costNano`. */
  attempts?: readonly AttemptCost[];
  costNano: number | null;
  deltaNano: number;
  unpricedDelta: number;
}

export interface CorrectionOrigin {
  /** The run in whose chain they are entered. */
  runId: number;
  reason: string;
  madeBy: string;
}

/**
 * A run of its own for work on the ledger: the chain of a gateway that is at work would be written by two at once.
 * @param what stands where other runs name their machine.
 */
export async function beginLedgerRun(store: Store, clock: Clock, what: string): Promise<number> {
  const now = clock.nowUs();
  const { id } = await whileBusy(() =>
    store.db
      .insertInto("instances")
      .values({ host: what, pid: process.pid, started_at: now, heartbeat_at: now, stopped_at: now })
      .returning("id")
      .executeTakeFirstOrThrow(),
  );
  return id;
}

/** To be called inside a transaction, under the lock of those who correct. */
export async function appendCorrections(
  db: Kysely<Database>,
  dialect: DialectName,
  clock: Clock,
  origin: CorrectionOrigin,
  corrections: readonly NewCorrection[],
): Promise<void> {
  if (corrections.length === 0) return;
  await addPrices(db, clock, corrections);
  const rows = toRows(await nextId(db, clock), origin, corrections);
  await db.insertInto("cost_corrections").values(rows).execute();
  const sums = new GroupSums();
  for (const { exchange, deltaNano, unpricedDelta } of corrections)
    sums.add(exchange, { cost_nano: deltaNano, unpriced: unpricedDelta });
  await sums.write(db, dialect);
  const end = await readChainEnd(db, origin.runId);
  const entries = rows.map((row) => ({ kind: "correction" as const, id: row.id, text: correctionText(row) }));
  await appendToChain(db, dialect, { instanceId: origin.runId, end }, entries);
}

function toRows(
  firstId: number,
  { runId, reason, madeBy }: CorrectionOrigin,
  corrections: readonly NewCorrection[],
): CostCorrectionsTable[] {
  return corrections.map((correction, n) => ({
    id: firstId + n,
    instance_id: runId,
    exchange_id: correction.exchange.id,
    price_id: correction.priceId,
    cost_nano: correction.costNano,
    delta_nano: correction.deltaNano,
    unpriced_delta: correction.unpricedDelta,
    reason,
    made_by: madeBy,
    attempt_costs: packAttemptCosts(correction.attempts ?? []),
  }));
}

const packAttemptCosts = (attempts: readonly AttemptCost[]): string | null =>
  attempts.length === 0
    ? null
    : JSON.stringify(attempts.map(({ place, priceId, costNano }) => [place, priceId, costNano]));

/** What `attempt_costs` holds, by place. */
export const unpackAttemptCosts = (text: string | null): Map<number, { priceId: number; costNano: number }> =>
  new Map(
    (text === null ? [] : (JSON.parse(text) as [number, number, number][])).map(([place, priceId, costNano]) => [
      place,
      { priceId, costNano },
    ]),
  );

async function addPrices(db: Kysely<Database>, clock: Clock, corrections: readonly NewCorrection[]): Promise<void> {
  const prices = new Map<number, { id: number; price: string; created_at: number }>();
  for (const { priceId, price, attempts = [] } of corrections) {
    for (const each of [{ priceId, price }, ...attempts]) {
      if (each.priceId === null || each.price === null) continue;
      prices.set(each.priceId, { id: each.priceId, price: each.price, created_at: clock.nowUs() });
    }
  }
  if (prices.size === 0) return;
  await db
    .insertInto("applied_prices")
    .values([...prices.values()])
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

/** The time, and above all that were there before. */
async function nextId(db: Kysely<Database>, clock: Clock): Promise<number> {
  const last = await db.selectFrom("cost_corrections").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  return Math.max(clock.nowUs(), (last?.id ?? 0) + 1);
}
