/**
 * Memory of large bodies, back at once. The collector sees only the small handle of a buffer and comes late, so that each one
 * is written to memory that the system has to bring in anew: 100 µs for 500 KB, where it takes 12 if memory is used again.
 */

/** Less than this is not worth it. */
const MIN_BYTES = 16 * 1024;

interface Loan {
  /** So many writes still read it. */
  count: number;
  isDue: boolean;
}

/** What the system is writing to sockets: it reads memory without asking whether that is still there. */
const lent = new WeakMap<ArrayBuffer, Loan>();

/**
 * @param bytes that share their memory with nothing that is still needed. Nothing is found in them, or in any part of them,
 * afterwards. What is lent is given back with the last loan.
 */
export function giveBack({ buffer, length }: Buffer): void {
  // What takes less than a half of its memory may be a part of a pool.
  if (length < MIN_BYTES || length * 2 <= buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  const loan = lent.get(buffer);
  if (loan === undefined) buffer.transfer(0);
  else loan.isDue = true;
}

/** @returns what ends the loan; while it is not called the memory stays, and is the collector's in the end. */
export function lend(parts: readonly Buffer[]): () => void {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of parts)
    if (buffer.byteLength >= MIN_BYTES && buffer instanceof ArrayBuffer) buffers.add(buffer);
  for (const buffer of buffers) {
    const loan = lent.get(buffer);
    if (loan === undefined) lent.set(buffer, { count: 1, isDue: false });
    else loan.count++;
  }
  return () => {
    for (const buffer of buffers) endLoan(buffer);
    buffers.clear();
  };
}

function endLoan(buffer: ArrayBuffer): void {
  const loan = lent.get(buffer);
  if (loan === undefined || --loan.count > 0) return;
  lent.delete(buffer);
  if (loan.isDue) buffer.transfer(0);
}
