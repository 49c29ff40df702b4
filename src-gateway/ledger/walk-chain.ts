/** One chain from its beginning: is each row what its entry vouches for, and does the chain hold together? */
import { type Kysely, sql } from "kysely";
import { chainStart, ENTRY_KINDS, type EntryKind, nextHash } from "../store/ledger-chain.ts";
import type { Database } from "../store/schema.ts";
import { type ChainWatcher, expectHead, tellChanged, tellGap, tellMissing } from "./chain-watcher.ts";
import { readTexts, type Texts } from "./entry-texts.ts";
import type { ChainHead } from "./statement-types.ts";
import { walkBlocks } from "./walk-blocks.ts";

/** Few enough that other work of the process comes in between, as SQLite works in the same thread. */
const PAGE = 500;

interface EntryRow {
  place: number;
  kind: number;
  entry_id: number;
  hash: Uint8Array;
}

export async function walkChain(db: Kysely<Database>, instanceId: number, watcher: ChainWatcher): Promise<ChainHead> {
  const head = await walkBlocks(db, await walkSingles(db, instanceId, watcher), watcher);
  for (const wanted of watcher.expected.keys()) {
    if (wanted > head.place)
      watcher.findings.add(
        "head-missing",
        `The chain of run ${instanceId} ends at place ${head.place}, and the signed statement knows it up to ${wanted}: entries were cut off.`,
        { instanceId, place: wanted },
      );
  }
  return head;
}

/** Entries as earlier gateways wrote them, each with a hash of its own. */
async function walkSingles(db: Kysely<Database>, instanceId: number, watcher: ChainWatcher): Promise<ChainHead> {
  const walk = new Walk(instanceId, watcher);
  for (;;) {
    const rows = await readSingles(db, instanceId, walk.place);
    if (rows.length === 0) return walk.end();
    const entries = rows.flatMap(({ kind, entry_id: id }) => {
      const known = ENTRY_KINDS[kind];
      return known === undefined ? [] : [{ kind: known, id }];
    });
    const texts = await readTexts(db, entries);
    for (const row of rows) walk.step(row, texts);
    await watcher.onPage(rows.length);
  }
}

class Walk {
  place = 0;
  private hash: Buffer;
  /** Where an entry did not fit: what its row hashes to, in case that it is the hash that was changed. */
  private doubt: { place: number; computed: Buffer; tell: () => void } | null = null;
  private readonly instanceId: number;
  private readonly watcher: ChainWatcher;

  constructor(instanceId: number, watcher: ChainWatcher) {
    this.instanceId = instanceId;
    this.watcher = watcher;
    this.hash = chainStart(instanceId);
  }

  step(entry: EntryRow, texts: Texts): void {
    const { instanceId, watcher } = this;
    const { place, entry_id: id } = entry;
    const kind = ENTRY_KINDS[entry.kind];
    const stored = Buffer.from(entry.hash);
    if (kind) watcher.onEntry(kind, id);
    const isNext = place === this.place + 1;
    if (!isNext) tellGap(watcher, instanceId, this.place, place);
    const text = kind === undefined ? null : (texts[kind].get(id) ?? null);
    if (text === null) tellMissing(watcher, { instanceId, kind: kind ?? "correction", id, place });
    else if (isNext && kind !== undefined) this.judge(kind, id, place, text, stored);
    this.place = place;
    this.hash = stored;
    if (this.doubt && this.doubt.place < place) this.settle();
    expectHead(watcher, { instanceId, place, hash: stored.toString("hex") });
  }

  end(): ChainHead {
    this.settle();
    return { instanceId: this.instanceId, place: this.place, hash: this.hash.toString("hex") };
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
    this.doubt = { place, computed, tell: () => tellChanged(watcher, { instanceId, kind, id, place }) };
  }

  private settle(): void {
    this.doubt?.tell();
    this.doubt = null;
  }
}

async function readSingles(db: Kysely<Database>, instanceId: number, after: number): Promise<EntryRow[]> {
  const { rows } = await sql<EntryRow>`select place, kind, entry_id, hash from ledger_chain
    where instance_id = ${instanceId} and place > ${after} order by place limit ${sql.lit(PAGE)}`.execute(db);
  return rows;
}
