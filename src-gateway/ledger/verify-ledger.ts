/**
 * Checks the whole ledger: chains, rows, corrections, prices and sums. It reads in pages and keeps next to nothing, so it
 * can run beside a gateway that works on; what is written meanwhile is no damage.
 */
import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { sql } from "kysely";
import { priceIdOf } from "../ir/price-id.ts";
import type { EntryKind } from "../store/ledger-chain.ts";
import type { Store } from "../store/open-store.ts";
import { countEntries, readRunIds } from "../store/read-chain.ts";
import { findStrays } from "./find-strays.ts";
import { FindingList } from "./finding-list.ts";
import { IdTally } from "./id-tally.ts";
import { type DayWatcher, recountDay } from "./recount-day.ts";
import type { ChainHead } from "./statement-types.ts";
import { DAY_US } from "./usage-segments.ts";
import type { VerifyProgress, VerifyReport } from "./verify-types.ts";
import { walkChain } from "./walk-chain.ts";

export interface VerifyOptions {
  /** Of a statement whose signature holds. */
  expectedHeads?: readonly ChainHead[];
  onProgress?: (progress: VerifyProgress) => void;
  signal?: AbortSignal;
}

export async function verifyLedger(store: Store, options: VerifyOptions = {}): Promise<VerifyReport> {
  const startedMs = performance.now();
  const check = new Check(store, options);
  const heads = await check.walkChains();
  await check.recountDays();
  await check.checkPrices();
  await check.findStrayRows();
  const { findings, counts } = check;
  return {
    isIntact: findings.kept.length === 0,
    chains: heads.length,
    ...counts,
    findings: findings.kept,
    moreFindings: findings.more,
    heads,
    durationMs: Math.round(performance.now() - startedMs),
  };
}

class Check {
  readonly findings = new FindingList();
  readonly counts = { entries: 0, exchanges: 0, corrections: 0, days: 0, unvouched: 0 };
  private readonly store: Store;
  private readonly options: VerifyOptions;
  private readonly chained = { exchange: new IdTally(), correction: new IdTally() };
  private readonly found = { exchange: new IdTally(), correction: new IdTally() };
  private readonly prices = new Set<number>();
  private chainFrom = 0;

  constructor(store: Store, options: VerifyOptions) {
    this.store = store;
    this.options = options;
  }

  async walkChains(): Promise<ChainHead[]> {
    const { db } = this.store;
    const { expectedHeads = [] } = this.options;
    const fact = await db
      .selectFrom("facts")
      .select("value")
      .where("name", "=", "ledger_chain_from")
      .executeTakeFirst();
    this.chainFrom = Number(fact?.value ?? 0);
    const known = new Set([...(await readRunIds(db)), ...expectedHeads.map(({ instanceId }) => instanceId)]);
    const total = await countEntries(db);
    const heads: ChainHead[] = [];
    for (const instanceId of [...known].sort((a, b) => a - b)) {
      const own = expectedHeads.filter((head) => head.instanceId === instanceId);
      const head = await walkChain(db, instanceId, {
        findings: this.findings,
        expected: new Map(own.map(({ place, hash }) => [place, hash])),
        onEntry: (kind, id) => this.tallyEntry(kind, id),
        onPage: async (entries) => {
          this.counts.entries += entries;
          await this.pause("chains", this.counts.entries, total);
        },
      });
      if (head.place > 0) heads.push(head);
    }
    return heads;
  }

  async recountDays(): Promise<void> {
    const total = await this.countExchanges();
    for (const day of await this.listDays()) {
      const watcher = this.dayWatcher(total);
      // What a gateway writes meanwhile can come between the rows and their sums; then one look has to see both.
      const agrees = await recountDay(this.store.db, day, watcher, false);
      this.counts.days++;
      if (!agrees) await this.recountAtOnce(day);
    }
  }

  async checkPrices(): Promise<void> {
    const { db } = this.store;
    for (let after = -1; ; ) {
      const rows = await db
        .selectFrom("applied_prices")
        .select(["id", "price"])
        .where("id", ">", after)
        .orderBy("id")
        .limit(500)
        .execute();
      const last = rows.at(-1);
      if (!last) break;
      for (const { id, price } of rows) {
        this.prices.delete(id);
        if (idOfContent(price) !== id)
          this.findings.add(
            "price-changed",
            `The unit prices with the id ${id} are not those that exchanges were priced with.`,
          );
      }
      after = last.id;
      await this.pause("prices", 0, 0);
    }
    for (const id of this.prices)
      this.findings.add(
        "price-missing",
        `The unit prices with the id ${id} are not there any more, and exchanges name them.`,
      );
  }

  /** Rows that stand in no chain, or in one twice. */
  async findStrayRows(): Promise<void> {
    const days = {
      exchange: this.found.exchange.differingFrom(this.chained.exchange),
      correction: this.found.correction.differingFrom(this.chained.correction),
    };
    await findStrays(this.store.db, { days, chainFrom: this.chainFrom, findings: this.findings });
    this.options.onProgress?.({ phase: "done", done: 1, total: 1 });
  }

  private tallyEntry(kind: EntryKind, id: number): void {
    if (kind === "correction" || id > this.chainFrom) this.chained[kind].add(id);
  }

  private dayWatcher(total: number): DayWatcher {
    const { counts } = this;
    return {
      findings: this.findings,
      onRow: (id) => {
        if (id > this.chainFrom) this.found.exchange.add(id);
        else counts.unvouched++;
      },
      onCorrection: (id) => {
        counts.corrections++;
        this.found.correction.add(id);
      },
      onPrice: (id) => void this.prices.add(id),
      onPage: async (rows) => {
        counts.exchanges += rows;
        await this.pause("days", counts.exchanges, total);
      },
    };
  }

  private async recountAtOnce(day: number): Promise<void> {
    const { store } = this;
    const nothing = { onRow() {}, onCorrection() {}, onPrice() {}, onPage: () => this.giveWay() };
    const transaction = store.db.transaction();
    const inOneLook = store.dialect === "postgres" ? transaction.setIsolationLevel("repeatable read") : transaction;
    await inOneLook.execute(async (db) => {
      // Wrong corrections were told of before.
      const watcher = { ...nothing, findings: new FindingList() };
      if (await recountDay(db, day, watcher, false)) return;
      await recountDay(db, day, watcher, true);
      for (const { kind, text, day: date } of watcher.findings.kept)
        if (kind === "sums-differ") this.findings.add(kind, text, { day: date });
      this.findings.more += watcher.findings.more;
    });
  }

  /** Of rows, and of sums that may have lost their rows. */
  private async listDays(): Promise<number[]> {
    const { db } = this.store;
    const days = new Set<number>();
    const summed = await sql<{ day: number }>`select day from usage_days where scope = 0 and dimension = 0`.execute(db);
    for (const { day } of summed.rows) days.add(day);
    for (let after = -1; ; ) {
      const row = await db
        .selectFrom("exchanges")
        .select("id")
        .where("id", ">", after)
        .orderBy("id")
        .limit(1)
        .executeTakeFirst();
      if (!row) break;
      const day = Math.floor(row.id / DAY_US);
      days.add(day);
      after = (day + 1) * DAY_US - 1;
    }
    return [...days].sort((a, b) => a - b);
  }

  private async countExchanges(): Promise<number> {
    const { rows } = await sql<{ n: number }>`select count(*) as n from exchanges`.execute(this.store.db);
    return rows[0]?.n ?? 0;
  }

  private async pause(phase: VerifyProgress["phase"], done: number, total: number): Promise<void> {
    this.options.onProgress?.({ phase, done, total: Math.max(done, total) });
    await this.giveWay();
  }

  private async giveWay(): Promise<void> {
    this.options.signal?.throwIfAborted();
    await nextTurn();
  }
}

/** The digest of a price is over all else that it says. */
function idOfContent(text: string): number | null {
  try {
    const { digest: _, ...content } = JSON.parse(text) as { digest: string };
    return priceIdOf({ digest: createHash("sha256").update(JSON.stringify(content)).digest("hex") });
  } catch {
    return null;
  }
}
