/** Which rows stand in no chain, or in chains twice, on days of which it is known that some do. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { requestIdOf } from "../ir/exchange-record.ts";
import { ENTRY_KINDS, type EntryKind } from "../store/ledger-chain.ts";
import { readChainLasts, readEntries } from "../store/read-chain.ts";
import type { Database } from "../store/schema.ts";
import type { FindingList } from "./finding-list.ts";
import { DAY_US } from "./usage-segments.ts";

export interface StraySearch {
  /** Days since 1970, by what is looked for. */
  days: Readonly<Record<EntryKind, readonly number[]>>;
  /** Exchanges up to this id need not stand in a chain. */
  chainFrom: number;
  findings: FindingList;
}

/** So many days are held in memory at once. */
const DAYS_AT_ONCE = 31;
const PAGE = 2_000;

export async function findStrays(db: Kysely<Database>, search: StraySearch): Promise<void> {
  for (const kind of ENTRY_KINDS) {
    const days = [...search.days[kind]];
    while (days.length > 0) {
      const chunk = new Set(days.splice(0, DAYS_AT_ONCE));
      // In this order: a row that is written meanwhile comes with its entry.
      const seen = await readIds(db, kind, chunk, search.chainFrom);
      await countEntries(db, kind, chunk, seen);
      for (const [id, count] of seen) if (count !== 1) tell(search.findings, kind, id, count);
      if (kind === "correction") await tellOrphans(db, chunk, search.findings);
    }
  }
}

function tell(findings: FindingList, kind: EntryKind, id: number, count: number): void {
  const what = kind === "exchange" ? `The exchange ${requestIdOf(id)}` : `The correction ${id}`;
  const where = kind === "exchange" ? { exchangeId: id } : { correctionId: id };
  if (count === 0)
    findings.add(
      kind === "exchange" ? "row-unchained" : "correction-unchained",
      `${what} stands in no chain: it was not written by the gateway, or its entry was cut off.`,
      where,
    );
  else
    findings.add(
      kind === "exchange" ? "row-chained-twice" : "correction-chained-twice",
      `${what} was entered ${count} times.`,
      where,
    );
}

async function readIds(
  db: Kysely<Database>,
  kind: EntryKind,
  days: ReadonlySet<number>,
  chainFrom: number,
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  const [table, condition] =
    kind === "exchange"
      ? (["exchanges", sql`and outcome not in ('open', 'interrupted')`] as const)
      : (["cost_corrections", sql``] as const);
  for (const day of days) {
    for (let after = Math.max(day * DAY_US - 1, kind === "exchange" ? chainFrom : 0); ; ) {
      const { rows } = await sql<{ id: number }>`select id from ${sql.table(table)}
        where id > ${after} and id < ${(day + 1) * DAY_US} ${condition} order by id limit ${sql.lit(PAGE)}`.execute(db);
      for (const { id } of rows) found.set(id, 0);
      const last = rows.at(-1);
      if (!last) break;
      after = last.id;
      await nextTurn();
    }
  }
  return found;
}

async function countEntries(
  db: Kysely<Database>,
  kind: EntryKind,
  days: ReadonlySet<number>,
  seen: Map<number, number>,
): Promise<void> {
  const from = Math.min(...days) * DAY_US;
  const to = (Math.max(...days) + 1) * DAY_US;
  for (const { instance_id: instanceId } of await readChainLasts(db)) {
    for (let after = 0; ; ) {
      const entries = await readEntries(db, instanceId, after, PAGE);
      for (const entry of entries) {
        if (entry.kind !== kind || entry.id < from || entry.id >= to) continue;
        const count = seen.get(entry.id);
        if (count !== undefined) seen.set(entry.id, count + 1);
      }
      const last = entries.at(-1);
      if (!last) break;
      after = last.place;
      await nextTurn();
    }
  }
}

async function tellOrphans(db: Kysely<Database>, days: ReadonlySet<number>, findings: FindingList): Promise<void> {
  for (const day of days) {
    const { rows } = await sql<{ id: number; exchange_id: number }>`select id, exchange_id from cost_corrections c
      where id >= ${day * DAY_US} and id < ${(day + 1) * DAY_US}
        and not exists (select 1 from exchanges e where e.id = c.exchange_id) order by id`.execute(db);
    for (const { id, exchange_id } of rows)
      findings.add(
        "correction-wrong",
        `The correction ${id} is about ${requestIdOf(exchange_id)}, which does not exist.`,
        {
          correctionId: id,
          exchangeId: exchange_id,
        },
      );
  }
}
