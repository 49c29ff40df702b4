/** One chain from its beginning: is each row what its entry vouches for, and does each entry follow the one before? */
import { type Kysely, sql } from "kysely";
import { requestIdOf } from "../ir/exchange-record.ts";
import {
  CHAINED_COLUMNS,
  chainStart,
  correctionText,
  ENTRY_KINDS,
  type EntryKind,
  exchangeText,
  nextHash,
} from "../store/ledger-chain.ts";
import type { Database } from "../store/schema.ts";
import type { FindingList } from "./finding-list.ts";
import type { ChainHead } from "./statement-types.ts";

/** Few enough that other work of the process comes in between, as SQLite works in the same thread. */
const PAGE = 500;

interface EntryRow {
  place: number;
  kind: number;
  entry_id: number;
  hash: Uint8Array;
}

/** What entries vouch for, as it is now: by kind, by id. */
type Texts = Readonly<Record<EntryKind, ReadonlyMap<number, string>>>;

export interface ChainWatcher {
  findings: FindingList;
  /** Each entry, whatever it is worth. */
  onEntry(kind: EntryKind, id: number): void;
  /** After each page. */
  onPage(entries: number): Promise<void>;
  /** Hashes that are known from elsewhere, by place. */
  expected: ReadonlyMap<number, string>;
}

/** @param after the head up to which the chain was walked before; null begins at its start. */
export async function walkChain(
  db: Kysely<Database>,
  instanceId: number,
  watcher: ChainWatcher,
  after: ChainHead | null = null,
): Promise<ChainHead> {
  const walk = new Walk(instanceId, watcher, after);
  for (;;) {
    const rows = await readEntries(db, instanceId, walk.place);
    if (rows.length === 0) return walk.end();
    const texts = { exchange: await readExchanges(db, rows), correction: await readCorrections(db, rows) };
    for (const row of rows) walk.step(row, texts);
    await watcher.onPage(rows.length);
  }
}

class Walk {
  place: number;
  private hash: Buffer;
  /** Where an entry did not fit: what its row hashes to, in case that it is the hash that was changed. */
  private doubt: { place: number; computed: Buffer; tell: () => void } | null = null;
  private readonly instanceId: number;
  private readonly watcher: ChainWatcher;

  constructor(instanceId: number, watcher: ChainWatcher, after: ChainHead | null) {
    this.instanceId = instanceId;
    this.watcher = watcher;
    this.place = after?.place ?? 0;
    this.hash = after ? Buffer.from(after.hash, "hex") : chainStart(instanceId).hash;
  }

  step(entry: EntryRow, texts: Texts): void {
    const { instanceId, watcher } = this;
    const { place, entry_id: id } = entry;
    const kind = ENTRY_KINDS[entry.kind];
    const stored = Buffer.from(entry.hash);
    if (kind) watcher.onEntry(kind, id);
    const isNext = place === this.place + 1;
    if (!isNext) this.tellGap(place);
    const text = kind === undefined ? null : (texts[kind].get(id) ?? null);
    if (text === null) this.tellMissing(kind, id, place);
    else if (isNext && kind !== undefined) this.judge(kind, id, place, text, stored);
    this.place = place;
    this.hash = stored;
    if (this.doubt && this.doubt.place < place) this.settle();
    const expected = watcher.expected.get(place);
    if (expected !== undefined && expected !== stored.toString("hex"))
      watcher.findings.add(
        "head-differs",
        `The chain of run ${instanceId} has another hash at place ${place} than the signed statement: it was written anew.`,
        { instanceId, place },
      );
  }

  end(): ChainHead {
    this.settle();
    const { instanceId, watcher, place } = this;
    for (const wanted of watcher.expected.keys()) {
      if (wanted > place)
        watcher.findings.add(
          "head-missing",
          `The chain of run ${instanceId} ends at place ${place}, and the signed statement knows it up to ${wanted}: entries were cut off.`,
          { instanceId, place: wanted },
        );
    }
    return { instanceId, place, hash: this.hash.toString("hex") };
  }

  private judge(kind: EntryKind, id: number, place: number, text: string, stored: Buffer): void {
    const { instanceId, watcher } = this;
    const computed = nextHash(this.hash, { kind, text });
    if (computed.equals(stored)) {
      this.settle();
      return;
    }
    if (this.doubt && nextHash(this.doubt.computed, { kind, text }).equals(stored)) {
      const at = this.doubt.place;
      this.doubt = null;
      watcher.findings.add(
        "entry-changed",
        `The hash at place ${at} of the chain of run ${instanceId} was changed; the row that it vouches for was not.`,
        { instanceId, place: at },
      );
      return;
    }
    this.settle();
    const what = kind === "exchange" ? `The exchange ${requestIdOf(id)}` : `The correction ${id}`;
    const tell = (): void =>
      watcher.findings.add(
        kind === "exchange" ? "row-changed" : "correction-changed",
        `${what} does not fit the hash at place ${place} of the chain of run ${instanceId}: it was changed after it was entered.`,
        { instanceId, place, ...idField(kind, id) },
      );
    this.doubt = { place, computed, tell };
  }

  private settle(): void {
    this.doubt?.tell();
    this.doubt = null;
  }

  private tellGap(place: number): void {
    const { instanceId, watcher } = this;
    const [from, to] = [this.place + 1, place - 1];
    const where = from === to ? `place ${from}` : `places ${from} to ${to}`;
    watcher.findings.add("entry-missing", `The chain of run ${instanceId} lacks ${where}.`, {
      instanceId,
      place: from,
    });
  }

  private tellMissing(kind: EntryKind | undefined, id: number, place: number): void {
    const { instanceId, watcher } = this;
    const where = `was entered at place ${place} of the chain of run ${instanceId}, and is not there any more.`;
    if (kind === "exchange")
      watcher.findings.add("row-missing", `The exchange ${requestIdOf(id)} ${where}`, {
        instanceId,
        place,
        exchangeId: id,
      });
    else
      watcher.findings.add("correction-missing", `The correction ${id} ${where}`, {
        instanceId,
        place,
        correctionId: id,
      });
  }
}

const idField = (kind: EntryKind, id: number): { exchangeId: number } | { correctionId: number } =>
  kind === "exchange" ? { exchangeId: id } : { correctionId: id };

async function readEntries(db: Kysely<Database>, instanceId: number, after: number): Promise<EntryRow[]> {
  const { rows } = await sql<EntryRow>`select place, kind, entry_id, hash from ledger_chain
    where instance_id = ${instanceId} and place > ${after} order by place limit ${sql.lit(PAGE)}`.execute(db);
  return rows;
}

const idsOf = (entries: readonly EntryRow[], wanted: EntryKind): number[] =>
  entries.filter(({ kind }) => ENTRY_KINDS[kind] === wanted).map(({ entry_id }) => entry_id);

async function readExchanges(db: Kysely<Database>, entries: readonly EntryRow[]): Promise<Map<number, string>> {
  const ids = idsOf(entries, "exchange");
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("exchanges").select(CHAINED_COLUMNS).where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, exchangeText(row)]));
}

async function readCorrections(db: Kysely<Database>, entries: readonly EntryRow[]): Promise<Map<number, string>> {
  const ids = idsOf(entries, "correction");
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("cost_corrections").selectAll().where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, correctionText(row)]));
}
