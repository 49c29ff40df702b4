/** Takes the entries of an earlier gateway's ledger over as exchanges, so that sums, chain and reports include them. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { NO_USAGE } from "../ir/usage.ts";
import type { Clock } from "../lib/clock.ts";
import { beginLedgerRun } from "../store/cost-corrections.ts";
import { type ExchangeRow, toRow } from "../store/exchange-rows.ts";
import { createLedgerEntries } from "../store/ledger-entries.ts";
import { type LegacyEntry, type LegacyLedger, openLegacyLedger } from "../store/legacy-ledger.ts";
import { createNames } from "../store/names.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { createUpsert, namedTexts } from "../store/upsert-exchanges.ts";
import { whileBusy } from "../store/while-busy.ts";
import { freeIds } from "./free-ids.ts";
import { momentOf } from "./legacy-moment.ts";

export interface ImportQuery {
  file: string;
  /** False only says what would come. */
  apply: boolean;
  direction: "consume" | "supply" | "both";
  /** By the old id; whoever is not named is looked for by e-mail address. */
  users: Readonly<Record<string, number>>;
  keys: Readonly<Record<string, number>>;
}

export interface ImportReport {
  applied: boolean;
  looked: number;
  imported: number;
  /** Were imported before. */
  known: number;
  /** Deleted in the old ledger, or of the direction that was not wanted. */
  leftOut: number;
  /** What cannot be read, by the id of the entry; the first ones. */
  refused: { entry: number; problem: string }[];
  refusedMore: number;
  inputTokens: number;
  outputTokens: number;
  supplied: number;
  /** Old ids of users who are nobody here: their entries come without a user. */
  withoutUser: { user: number; email: string | null; entries: number }[];
}

const PAGE = 200;
const MAX_REFUSED = 50;
const MAX_TOKENS = 2 ** 40;

/** @param userIds living users here, by e-mail address in small letters. @throws Error with a sentence for the operator. */
export async function importLegacy(
  { store, clock, userIds }: { store: Store; clock: Clock; userIds: ReadonlyMap<string, number> },
  query: ImportQuery,
  onProgress: (progress: { done: number; total: number }) => void = () => {},
): Promise<ImportReport> {
  const source = await openLegacyLedger(query.file);
  try {
    const work = new Import(store, source, userIds, query);
    const runId = query.apply ? await beginLedgerRun(store, clock, "import") : 0;
    const total = source.count();
    for (let after = Number.MIN_SAFE_INTEGER; ; ) {
      const entries = source.entriesAfter(after, PAGE);
      const last = entries.at(-1);
      if (!last) return work.close();
      await work.take(entries, runId);
      after = last.id;
      onProgress({ done: work.report.looked, total });
      await nextTurn();
    }
  } finally {
    source.close();
  }
}

interface Readable {
  entry: LegacyEntry;
  name: string;
  atUs: number;
}

class Import {
  readonly report: ImportReport;
  private readonly withoutUser = new Map<number, number>();
  private readonly store: Store;
  private readonly source: LegacyLedger;
  private readonly userIds: ReadonlyMap<string, number>;
  private readonly query: ImportQuery;

  constructor(store: Store, source: LegacyLedger, userIds: ReadonlyMap<string, number>, query: ImportQuery) {
    this.store = store;
    this.source = source;
    this.userIds = userIds;
    this.query = query;
    const nothing = { looked: 0, imported: 0, known: 0, leftOut: 0, refusedMore: 0 };
    const sums = { inputTokens: 0, outputTokens: 0, supplied: 0 };
    this.report = { applied: query.apply, ...nothing, ...sums, refused: [], withoutUser: [] };
  }

  close(): ImportReport {
    const { emails } = this.source;
    this.report.withoutUser = [...this.withoutUser].map(([user, entries]) => ({
      user,
      email: emails.get(user) ?? null,
      entries,
    }));
    return this.report;
  }

  async take(entries: readonly LegacyEntry[], runId: number): Promise<void> {
    this.report.looked += entries.length;
    const readable = entries.filter((entry) => this.isWanted(entry)).flatMap((entry) => this.read(entry) ?? []);
    const taken = this.query.apply
      ? await whileBusy(() => this.store.db.transaction().execute((db) => this.write(db, readable, runId)))
      : await this.unknownOf(this.store.db, readable);
    this.report.known += readable.length - taken.length;
    for (const { entry } of taken) this.count(entry);
  }

  private isWanted({ deleted_at, direction }: LegacyEntry): boolean {
    const isSupply = direction === "supply";
    const isWanted = deleted_at === null && this.query.direction !== (isSupply ? "consume" : "supply");
    if (!isWanted) this.report.leftOut++;
    return isWanted;
  }

  private read(entry: LegacyEntry): Readable | null {
    const atUs = momentOf(entry.created_at);
    const counts = [entry.prompt_tokens ?? 0, entry.completion_tokens ?? 0];
    const problem =
      atUs === null
        ? "its time cannot be read"
        : counts.every((count) => Number.isInteger(count) && count >= 0 && count < MAX_TOKENS)
          ? null
          : "its tokens are no counts";
    if (problem === null && atUs !== null)
      return { entry, atUs, name: entry.uuid ?? `${entry.id} of ${String(entry.created_at)}` };
    if (this.report.refused.length < MAX_REFUSED) this.report.refused.push({ entry: entry.id, problem: problem ?? "" });
    else this.report.refusedMore++;
    return null;
  }

  private async unknownOf(db: Kysely<Database>, entries: readonly Readable[]): Promise<Readable[]> {
    if (entries.length === 0) return [];
    const names = entries.map(({ name }) => name);
    const known = await db.selectFrom("imported_entries").select("entry").where("entry", "in", names).execute();
    const seen = new Set(known.map(({ entry }) => entry));
    return entries.filter(({ name }) => !seen.has(name) && seen.add(name));
  }

  /** Rows, sums, chain and the note that they were taken, or nothing of it. */
  private async write(db: Kysely<Database>, entries: readonly Readable[], runId: number): Promise<Readable[]> {
    const taken = await this.unknownOf(db, entries);
    if (taken.length === 0) return [];
    const ids = await freeIds(
      db,
      taken.map(({ atUs }) => atUs),
    );
    const prepared = taken.map(({ entry }, n) => {
      const record = this.recordOf(entry, ids[n] ?? 0);
      return { owned: { instanceId: runId, record }, row: toRow(record, runId) };
    });
    const rows: ExchangeRow[] = prepared.map(({ row }) => row);
    await createUpsert(this.store.dialect).rows(db, rows, await createNames().numbersOf(db, namedTexts(rows)));
    const notes = taken.map(({ name }, n) => ({ entry: name, exchange_id: ids[n] ?? 0 }));
    await db.insertInto("imported_entries").values(notes).execute();
    await createLedgerEntries(this.store.dialect).add(db, prepared);
    return taken;
  }

  private recordOf(entry: LegacyEntry, id: number): ExchangeRecord {
    const isSupply = entry.direction === "supply";
    // A memo of one word is the model's name; that is what it can be priced by later.
    const model = entry.memo !== null && /^\S+$/.test(entry.memo) && !isSupply ? entry.memo : null;
    return {
      ...EMPTY,
      id,
      userId: this.userOf(entry),
      apiKeyId: entry.api_key_id === null ? null : (this.query.keys[String(entry.api_key_id)] ?? null),
      surface: isSupply ? "supplied" : "imported",
      modelAsked: entry.memo,
      modelRouted: model,
      provider: entry.service_id === null ? null : String(entry.service_id),
      usage: { ...NO_USAGE, inputUncached: entry.prompt_tokens ?? 0, output: entry.completion_tokens ?? 0 },
    };
  }

  private userOf({ user_id: old }: LegacyEntry): number | null {
    if (old === null) return null;
    const email = this.source.emails.get(old)?.toLowerCase();
    return this.query.users[String(old)] ?? (email === undefined ? undefined : this.userIds.get(email)) ?? null;
  }

  private count(entry: LegacyEntry): void {
    const { report } = this;
    report.imported++;
    if (entry.direction === "supply") report.supplied++;
    report.inputTokens += entry.prompt_tokens ?? 0;
    report.outputTokens += entry.completion_tokens ?? 0;
    if (entry.user_id !== null && this.userOf(entry) === null)
      this.withoutUser.set(entry.user_id, (this.withoutUser.get(entry.user_id) ?? 0) + 1);
  }
}

/** What the old ledger never knew. Who counted its tokens is not known either, so they are taken for estimates. */
const EMPTY: ExchangeRecord = {
  id: 0,
  userId: null,
  apiKeyId: null,
  agent: null,
  session: null,
  project: null,
  surface: "passthrough",
  stream: false,
  modelAsked: null,
  modelRouted: null,
  modelServed: null,
  provider: null,
  plan: null,
  attempts: [],
  outcome: "completed",
  status: null,
  errorCode: null,
  errorMessage: null,
  finishReason: null,
  queueUs: null,
  firstByteUs: null,
  firstTokenUs: null,
  totalUs: null,
  usage: NO_USAGE,
  usageSource: "estimated",
  losses: [],
  bytesIn: 0,
  bytesOut: 0,
  joinedTo: null,
  replayOf: null,
  prefix: null,
  gitBranch: null,
  cost: null,
} as unknown as ExchangeRecord;
