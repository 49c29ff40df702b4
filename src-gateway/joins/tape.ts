/** The bytes of an answer, from any place on: copied, because a small piece of a received chunk would keep all of it alive. */
const FIRST_PAGE_BYTES = 1024;
const MAX_PAGE_BYTES = 64 * 1024;
/** Pages of one time are let go of at one time, so small ones share a slab: a buffer of its own costs more than its copy. */
const SLAB_BYTES = 256 * 1024;
const SHARED_BELOW_BYTES = 16 * 1024;
/** Slabs that wait to be used again: as many as come free at a time. */
const MAX_FREE_SLABS = 16;

interface Slab {
  bytes: Buffer;
  /** How many pages in it are held. */
  pages: number;
  /** Somebody has a view of it, who may not have sent it yet: it is never written to again. */
  isSeen: boolean;
}

/** A part of a slab, or all of a buffer of its own. Not a view of it: nearly no page is ever read. */
interface Page {
  /** Place of the page's first byte in the whole answer. */
  start: number;
  store: Buffer;
  /** What the store is, where others share it. */
  slab: Slab | null;
  /** Where in the store it begins. */
  from: number;
  size: number;
  used: number;
  next: Page | null;
}

export class Tape {
  /** Place behind the last byte. */
  end = 0;
  /** What the pages take, filled or not. */
  heldBytes = 0;
  private first: Page | null = null;
  private last: Page | null = null;

  /** @param isLast nothing more will be written: it gets just the room that it needs. */
  append(bytes: Buffer, isLast = false): void {
    let from = 0;
    while (from < bytes.length) {
      const page = this.pageFor(bytes.length - from, isLast);
      const place = page.from + page.used;
      const room = page.size - page.used;
      const isAll = from === 0 && bytes.length <= room;
      if (isAll) page.store.set(bytes, place);
      const copied = isAll ? bytes.length : bytes.copy(page.store, place, from, from + room);
      page.used += copied;
      from += copied;
      this.end += copied;
    }
  }

  /** A piece of what stands from `at` on; null at the end. What was dropped must not be asked for. */
  read(at: number): Buffer | null {
    if (at >= this.end) return null;
    // Whoever is up to date reads the last page.
    let page = this.last !== null && this.last.start <= at ? this.last : this.first;
    if (page === null || page.start > at) throw new RangeError(`Byte ${at} of the answer was dropped`);
    while (page.next !== null && page.next.start <= at) page = page.next;
    if (page.slab !== null) page.slab.isSeen = true;
    return page.store.subarray(page.from + at - page.start, page.from + page.used);
  }

  /** Forgets whole pages before `at`. */
  drop(at: number): void {
    while (this.first !== null && this.first.start + this.first.used <= at) {
      this.heldBytes -= this.first.size;
      if (this.first.slab !== null) letGo(this.first.slab);
      this.first = this.first.next;
    }
    if (this.first === null) this.last = null;
  }

  /** Nothing more is written: the last page gives back what it does not need. */
  trim(): void {
    const { last } = this;
    // For less than that another page costs more than it saves.
    if (last === null || last.size - last.used < FIRST_PAGE_BYTES) return;
    // Behind a page of a slab stands the next one: what it does not need cannot be given back.
    if (last.size < SHARED_BELOW_BYTES) return;
    this.heldBytes -= last.size - last.used;
    const exact = Buffer.allocUnsafeSlow(last.used);
    last.store.copy(exact, 0, last.from, last.from + last.used);
    last.store = exact;
    last.from = 0;
    last.size = last.used;
  }

  private pageFor(wanted: number, isLast: boolean): Page {
    const { last } = this;
    if (last !== null && last.used < last.size) return last;
    const usual = Math.min(MAX_PAGE_BYTES, last === null ? FIRST_PAGE_BYTES : 4 * last.size);
    // A large piece stays one, so that a follower who is up to date takes it in one go.
    const page = newPage(this.end, isLast ? wanted : Math.max(usual, wanted));
    if (last === null) this.first = page;
    else last.next = page;
    this.last = page;
    this.heldBytes += page.size;
    return page;
  }
}

let slab: Slab = { bytes: Buffer.alloc(0), pages: 0, isSeen: true };
let slabUsed = 0;
/** New memory for each would fill what is collected only now and then, and make that collection come twice as often. */
const free: Slab[] = [];

function newPage(start: number, size: number): Page {
  if (size >= SHARED_BELOW_BYTES)
    return { start, store: Buffer.allocUnsafeSlow(size), slab: null, from: 0, size, used: 0, next: null };
  if (slab.bytes.length - slabUsed < size) {
    const full = slab;
    slab = free.pop() ?? newSlab();
    slabUsed = 0;
    if (full.pages === 0) keepFree(full);
  }
  const from = slabUsed;
  slabUsed += size;
  slab.pages++;
  return { start, store: slab.bytes, slab, from, size, used: 0, next: null };
}

/** A page of it is not held any more. */
function letGo(of: Slab): void {
  of.pages--;
  if (of.pages === 0 && of !== slab) keepFree(of);
}

function keepFree(of: Slab): void {
  if (!of.isSeen && free.length < MAX_FREE_SLABS) free.push(of);
}

function newSlab(): Slab {
  return { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), pages: 0, isSeen: false };
}
