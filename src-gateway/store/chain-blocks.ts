/**
 * Entries of the chain as bytes, many to a row: of each its kind, its id as the distance from the one before, and a digest
 * of what it vouches for. A row per entry would be four fifths bookkeeping of the database.
 */
import { createHash, hash } from "node:crypto";
import { type ChainEntry, ENTRY_KINDS, type EntryKind } from "./ledger-chain.ts";

/** A block that has as many is followed by another one. Rows of it stay well below what either database splits. */
export const ENTRIES_A_BLOCK = 64;
/** Nobody finds another text to a digest of 128 bits; that two texts agree can only be brought about by who writes both. */
const DIGEST_BYTES = 16;

export interface PackedEntry {
  kind: EntryKind;
  id: number;
  digest: Buffer;
  /** Where the entry ends among the bytes. */
  end: number;
}

export const digestOf = (entry: Pick<ChainEntry, "kind" | "text">): Buffer => Buffer.from(digestHex(entry), "hex");

/** In one call and as text, which costs a third of an object that is fed and a buffer of its own. */
const digestHex = ({ kind, text }: Pick<ChainEntry, "kind" | "text">): string =>
  hash("sha256", kind + text, "hex").slice(0, 2 * DIGEST_BYTES);

/**
 * @param packed the block as it is; stays so.
 * @param lastId of the last entry in it, 0 where there is none.
 * @returns the block with these entries at its end.
 */
export function growBlock(packed: Uint8Array, entries: readonly ChainEntry[], lastId: number): Buffer {
  const grown = Buffer.allocUnsafe(packed.length + entries.length * (MAX_ID_BYTES + DIGEST_BYTES));
  grown.set(packed);
  let at = packed.length;
  let before = lastId;
  for (const entry of entries) {
    at = writeId(grown, at, ENTRY_KINDS.indexOf(entry.kind), entry.id - before);
    at += grown.write(digestHex(entry), at, "hex");
    before = entry.id;
  }
  return grown.subarray(0, at);
}

/** A distance between two safe integers has 54 bits. */
const MAX_ID_BYTES = 8;

/** The first byte has the kind, the sign, five bits and whether there are more; the others have seven bits each. */
function writeId(into: Buffer, start: number, kind: number, distance: number): number {
  let at = start;
  let left = Math.abs(distance);
  const first = kind | (distance < 0 ? 2 : 0) | ((left % 32) << 2);
  left = Math.floor(left / 32);
  into[at++] = first | (left > 0 ? 128 : 0);
  while (left > 0) {
    const low = left % 128;
    left = Math.floor(left / 128);
    into[at++] = low | (left > 0 ? 128 : 0);
  }
  return at;
}

/** @returns null where the bytes are not what `growBlock` makes. */
export function unpackEntries(packed: Uint8Array): PackedEntry[] | null {
  const entries: PackedEntry[] = [];
  let id = 0;
  for (let at = 0; at < packed.length; ) {
    const first = packed[at++] ?? 0;
    let distance = (first >> 2) & 31;
    for (let scale = 32, more = first >= 128; more; scale *= 128) {
      const next = packed[at++];
      if (next === undefined || scale > Number.MAX_SAFE_INTEGER) return null;
      distance += (next & 127) * scale;
      more = next >= 128;
    }
    const end = at + DIGEST_BYTES;
    id += (first & 2) === 0 ? distance : -distance;
    const kind = ENTRY_KINDS[first & 1];
    if (end > packed.length || kind === undefined || !Number.isSafeInteger(id)) return null;
    entries.push({ kind, id, digest: Buffer.from(packed.subarray(at, end)), end });
    at = end;
  }
  return entries;
}

/** The hash of a chain whose last entries these are. @param before the hash of the chain before them. */
export const headOf = (before: Uint8Array, packed: Uint8Array): Buffer =>
  createHash("sha256").update(before).update("entries").update(packed).digest();
