/**
 * A body, packed. Each turn of an agent sends the whole conversation again, so a body is stored as what differs from the
 * turn before: the beginning and the end that both share are cut off, and what is left is compressed with the turn before
 * as dictionary.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

export interface PackedBody {
  /** Bytes that are those of the base, at the beginning and at the end; 0 without a base. */
  prefix: number;
  suffix: number;
  /** What stands between the two, compressed. */
  packed: Buffer;
}

/** So much of the base is the dictionary: loading more costs time, and finds little that is not in the last of it. */
const DICTIONARY_BYTES = 256 * 1024;

/** @param base the body of the turn before; null for one that stands alone. */
export function packBody(body: Buffer, base: Buffer | null): PackedBody {
  if (base === null) return { prefix: 0, suffix: 0, packed: compress(body, null) };
  const prefix = sharedPrefix(body, base);
  const suffix = sharedSuffix(body, base, prefix);
  const middle = body.subarray(prefix, body.length - suffix);
  return { prefix, suffix, packed: compress(middle, dictionaryOf(base, prefix)) };
}

/** @throws the error of zstd when the bytes are not those that were packed. */
export function unpackBody({ prefix, suffix, packed }: PackedBody, base: Buffer | null): Buffer {
  if (base === null) return zstdDecompressSync(packed);
  const middle = zstdDecompressSync(packed, { dictionary: dictionaryOf(base, prefix) });
  return Buffer.concat([base.subarray(0, prefix), middle, base.subarray(base.length - suffix)]);
}

/** Up to where both part, and a little beyond: what follows there is what the new turn has moved. */
function dictionaryOf(base: Buffer, prefix: number): Buffer {
  const end = Math.min(base.length, Math.max(prefix + DICTIONARY_BYTES / 4, DICTIONARY_BYTES));
  return base.subarray(Math.max(0, end - DICTIONARY_BYTES), end);
}

function compress(bytes: Buffer, dictionary: Buffer | null): Buffer {
  return zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
    ...(dictionary === null ? {} : { dictionary }),
  });
}

const STEP = 4096;

function sharedPrefix(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most) {
    const end = Math.min(most, at + STEP);
    if (a.compare(b, at, end, at, end) !== 0) break;
    at = end;
  }
  while (at < most && a[at] === b[at]) at++;
  return at;
}

function sharedSuffix(a: Buffer, b: Buffer, prefix: number): number {
  const most = Math.min(a.length, b.length) - prefix;
  let count = 0;
  while (count < most) {
    const next = Math.min(most, count + STEP);
    if (a.compare(b, b.length - next, b.length - count, a.length - next, a.length - count) !== 0) break;
    count = next;
  }
  while (count < most && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}
