/** The entries of a chain that stand in blocks: does each row fit its digest, and do the digests give the hashes? */
import type { Kysely } from "kysely";
import { digestOf, ENTRIES_A_BLOCK, headOf, type PackedEntry, unpackEntries } from "../store/chain-blocks.ts";
import { type BlockRow, readBlocks } from "../store/read-chain.ts";
import type { Database } from "../store/schema.ts";
import { type ChainWatcher, expectHead, tellChanged, tellGap, tellMissing } from "./chain-watcher.ts";
import { readTexts, type Texts } from "./entry-texts.ts";
import type { ChainHead } from "./statement-types.ts";

/** Few enough that other work of the process comes in between, as SQLite works in the same thread. */
const BLOCKS_A_PAGE = 8;

/** @param after where the entries before them end. @returns the end of the chain. */
export async function walkBlocks(db: Kysely<Database>, after: ChainHead, watcher: ChainWatcher): Promise<ChainHead> {
  const walk = new BlockWalk(after, watcher);
  for (;;) {
    const blocks = await readBlocks(db, after.instanceId, walk.place, BLOCKS_A_PAGE);
    if (blocks.length === 0) return walk.end();
    const unpacked = blocks.map((block) => ({ block, entries: entriesOf(block) }));
    const texts = await readTexts(
      db,
      unpacked.flatMap(({ entries }) => entries ?? []),
    );
    for (const { block, entries } of unpacked) walk.step(block, entries, texts);
    await watcher.onPage(blocks.reduce((sum, { entries }) => sum + entries, 0));
  }
}

/** Null where they are not as many as the block says. */
function entriesOf(block: BlockRow): PackedEntry[] | null {
  const entries = unpackEntries(block.packed);
  return entries?.length === block.entries && entries.length <= ENTRIES_A_BLOCK ? entries : null;
}

class BlockWalk {
  place: number;
  private hash: Buffer;
  /** A block whose hash does not follow: what it would be, in case that it is only the hash that was changed. */
  private doubt: { computed: Buffer; tell: (how: string) => void } | null = null;
  private readonly instanceId: number;
  private readonly watcher: ChainWatcher;

  constructor(after: ChainHead, watcher: ChainWatcher) {
    this.instanceId = after.instanceId;
    this.place = after.place;
    this.hash = Buffer.from(after.hash, "hex");
    this.watcher = watcher;
  }

  step(block: BlockRow, entries: readonly PackedEntry[] | null, texts: Texts): void {
    const { instanceId, watcher } = this;
    const first = block.first_place;
    const last = first + block.entries - 1;
    const isNext = first === this.place + 1;
    if (!isNext && first > this.place + 1) tellGap(watcher, instanceId, this.place, first);
    for (const [n, entry] of (entries ?? []).entries()) this.checkRow(entry, first + n, texts);
    if (isNext || first <= this.place) this.judge(block, entries);
    this.place = Math.max(this.place, last);
    this.hash = Buffer.from(block.hash);
  }

  end(): ChainHead {
    this.doubt?.tell(CHANGED);
    return { instanceId: this.instanceId, place: this.place, hash: this.hash.toString("hex") };
  }

  private checkRow({ kind, id, digest }: PackedEntry, place: number, texts: Texts): void {
    const { instanceId, watcher } = this;
    watcher.onEntry(kind, id);
    const text = texts[kind].get(id);
    if (text === undefined) tellMissing(watcher, { instanceId, kind, id, place });
    else if (!digestOf({ kind, text }).equals(digest)) tellChanged(watcher, { instanceId, kind, id, place });
  }

  private judge(block: BlockRow, entries: readonly PackedEntry[] | null): void {
    const { instanceId, watcher } = this;
    const stored = Buffer.from(block.hash);
    const from = block.first_place;
    const tell = (how: string): void =>
      watcher.findings.add(
        "entry-changed",
        `Places ${from} to ${from + block.entries - 1} of the chain of run ${instanceId} ${how}`,
        { instanceId, place: from },
      );
    if (entries === null) {
      this.doubt?.tell(CHANGED);
      this.doubt = null;
      tell("cannot be read: they were changed.");
      return;
    }
    const doubted = this.doubt;
    this.doubt = null;
    if (headOf(this.hash, block.packed).equals(stored)) {
      doubted?.tell(CHANGED);
    } else if (doubted && headOf(doubted.computed, block.packed).equals(stored)) {
      doubted.tell("have another hash than they give: it was changed, the entries were not.");
      this.hash = doubted.computed;
    } else {
      doubted?.tell(CHANGED);
      this.doubt = { computed: headOf(this.hash, block.packed), tell };
    }
    this.expectHeads(block, entries);
  }

  /** A statement may have been made when the block was shorter. */
  private expectHeads(block: BlockRow, entries: readonly PackedEntry[]): void {
    const { instanceId, watcher } = this;
    for (const place of watcher.expected.keys()) {
      const entry = entries[place - block.first_place];
      if (entry === undefined) continue;
      const isLast = entry.end === block.packed.length;
      const hash = isLast ? block.hash : headOf(this.hash, block.packed.subarray(0, entry.end));
      expectHead(watcher, { instanceId, place, hash: Buffer.from(hash).toString("hex") });
    }
  }
}

const CHANGED = "do not give the hash that stands with them: one of them was changed, or the hash.";
