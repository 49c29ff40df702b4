/** The bytes of an answer, from any place on: copied, because a small piece of a received chunk would keep all of it alive. */
const FIRST_PAGE_BYTES = 1024;
const MAX_PAGE_BYTES = 64 * 1024;
/** Pages of one time are let go of at one time, so small ones share a slab: a buffer of its own costs more than its copy. */
const SLAB_BYTES = 256 * 1024;
const SHARED_BELOW_BYTES = 16 * 1024;

interface Page {
  /** Place of the page's first byte in the whole answer. */
  start: number;
  bytes: Buffer;
  used: number;
}

export class Tape {
  /** Place behind the last byte. */
  end = 0;
  /** What the pages take, filled or not. */
  heldBytes = 0;
  private pages: Page[] = [];

  append(bytes: Buffer): void {
    let from = 0;
    while (from < bytes.length) {
      const page = this.pageFor(bytes.length - from);
      const copied = bytes.copy(page.bytes, page.used, from);
      page.used += copied;
      from += copied;
      this.end += copied;
    }
  }

  /** A piece of what stands from `at` on; null at the end. What was dropped must not be asked for. */
  read(at: number): Buffer | null {
    if (at >= this.end) return null;
    const page = this.pages.findLast(({ start }) => start <= at);
    if (page === undefined) throw new RangeError(`Byte ${at} of the answer was dropped`);
    return page.bytes.subarray(at - page.start, page.used);
  }

  /** Forgets whole pages before `at`. */
  drop(at: number): void {
    while (this.pages[0] !== undefined && this.pages[0].start + this.pages[0].used <= at) {
      this.heldBytes -= this.pages[0].bytes.length;
      this.pages.shift();
    }
  }

  /** Nothing more is written: the last page gives back what it does not need. */
  trim(): void {
    const last = this.pages.at(-1);
    // For less than that another page costs more than it saves.
    if (last === undefined || last.bytes.length - last.used < FIRST_PAGE_BYTES) return;
    // Behind a page of a slab stands the next one: what it does not need cannot be given back.
    if (last.bytes.length < SHARED_BELOW_BYTES) return;
    this.heldBytes -= last.bytes.length - last.used;
    const exact = Buffer.allocUnsafeSlow(last.used);
    last.bytes.copy(exact, 0, 0, last.used);
    last.bytes = exact;
  }

  private pageFor(wanted: number): Page {
    const last = this.pages.at(-1);
    if (last !== undefined && last.used < last.bytes.length) return last;
    const usual = Math.min(MAX_PAGE_BYTES, last === undefined ? FIRST_PAGE_BYTES : 4 * last.bytes.length);
    // A large piece stays one, so that a follower who is up to date takes it in one go.
    const page = { start: this.end, bytes: roomFor(Math.max(usual, wanted)), used: 0 };
    this.pages.push(page);
    this.heldBytes += page.bytes.length;
    return page;
  }
}

let slab = Buffer.alloc(0);

function roomFor(bytes: number): Buffer {
  if (bytes >= SHARED_BELOW_BYTES) return Buffer.allocUnsafeSlow(bytes);
  if (slab.length < bytes) slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  const room = slab.subarray(0, bytes);
  slab = slab.subarray(bytes);
  return room;
}
