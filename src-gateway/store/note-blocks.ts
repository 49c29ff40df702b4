/**
 * What the journal writes at the end of a turn: a mark, two lengths, numbers, and text. The numbers are an entry for each
 * exchange: the place of one that was noted before and the numbers of `alike-exchanges.ts`, or, where none is like it, its
 * own place with a minus sign, for which the text has a line, with a price and a tab before it where it is the first to name it.
 */
import { writeSync } from "node:fs";
import { fromNumbers, isAlike, NUMBERS, putNumbers } from "./alike-exchanges.ts";
import { noteOf, priceNote } from "./exchange-notes.ts";
import type { OwnedRecord } from "./group-writer.ts";
import { NoteReader } from "./read-notes.ts";

/** No text in UTF-8 has these bytes, so a block is found again behind one that was cut off. */
const MARK = Buffer.from([0xff, 0xfe, 0xc1, 0x42, 0xfd, 0xc0, 0xf9, 0x0a]);
const HEAD_BYTES = 16;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
const HEAD_NUMBERS = HEAD_BYTES / NUMBER_BYTES;
const MAX_NUMBERS = 8_192;
/** Of a file: with so many the next is compared. Clients come by turns, with requests and their ends. */
const MAX_ALIKE = 16;

/** What stands in a file, for those that follow in it. */
export class Noted {
  readonly #examples: { place: number; owned: OwnedRecord }[] = [];
  readonly #prices = new Set<number>();
  #next = 0;
  #lastPlace = 0;

  /** @returns the place of one that the exchange is like; 0 where there is none. */
  placeFor(owned: OwnedRecord): number {
    const { cost } = owned.record;
    if (cost !== null && cost.price !== null && !this.#prices.has(cost.priceId)) return 0;
    for (const example of this.#examples) if (isAlike(owned, example.owned)) return example.place;
    return 0;
  }

  /** @returns the place that it has now. */
  keep(owned: OwnedRecord): number {
    const place = ++this.#lastPlace;
    this.#examples[this.#next++ % MAX_ALIKE] = { place, owned };
    return place;
  }

  /** @returns false when the price stands there already. */
  keepPrice(priceId: number): boolean {
    if (this.#prices.has(priceId)) return false;
    this.#prices.add(priceId);
    return true;
  }

  forget(): void {
    this.#examples.length = 0;
    this.#prices.clear();
    this.#next = 0;
  }
}

export class NoteBlock {
  readonly #numbers = new Float64Array(MAX_NUMBERS);
  readonly #bytes = Buffer.from(this.#numbers.buffer);
  #at = HEAD_NUMBERS;
  #text = "";

  constructor() {
    MARK.copy(this.#bytes);
  }

  get isFull(): boolean {
    return this.#at + 1 + NUMBERS > MAX_NUMBERS;
  }

  /** @param noted what the file has that this will be written to. */
  add(owned: OwnedRecord, noted: Noted): void {
    const place = noted.placeFor(owned);
    if (place > 0) {
      this.#numbers[this.#at] = place;
      this.#at = putNumbers(owned.record, this.#numbers, this.#at + 1);
      return;
    }
    // What may throw comes first: an entry without its line would take that of the next one.
    const line = `${noteOf(owned)}\n`;
    const { cost } = owned.record;
    if (cost !== null && cost.price !== null && noted.keepPrice(cost.priceId)) this.#text += `${priceNote(cost)}\t`;
    this.#text += line;
    this.#numbers[this.#at++] = -noted.keep(owned);
  }

  clear(): void {
    this.#at = HEAD_NUMBERS;
    this.#text = "";
  }

  /**
   * Empties the block, whatever comes of it.
   * @returns how many bytes it had.
   * @throws the error of the file system, also when it has taken a part.
   */
  writeTo(fd: number): number {
    const end = this.#at * NUMBER_BYTES;
    const text = this.#text;
    const textBytes = text === "" ? 0 : Buffer.byteLength(text);
    this.#bytes.writeUInt32LE(this.#at - HEAD_NUMBERS, MARK.length);
    this.#bytes.writeUInt32LE(textBytes, MARK.length + 4);
    this.clear();
    const whole = textBytes === 0 ? this.#bytes : Buffer.concat([this.#bytes.subarray(0, end), Buffer.from(text)]);
    const written = writeSync(fd, whole, 0, end + textBytes);
    if (written < end + textBytes)
      throw Object.assign(new Error("the disk has taken a part of what was noted"), { code: "ENOSPC" });
    return written;
  }
}

/** @param bytes of one file; what was cut off is passed over. */
export function readBlocks(bytes: Buffer): OwnedRecord[] {
  const found: OwnedRecord[] = [];
  const reader = new NoteReader();
  const examples = new Map<number, OwnedRecord>();
  for (let at = bytes.indexOf(MARK); at >= 0; ) {
    // The mark of the next block says where this one was cut off.
    const next = bytes.indexOf(MARK, at + MARK.length);
    const block = bytes.subarray(at, next < 0 ? bytes.length : next);
    at = next;
    if (block.length < HEAD_BYTES) continue;
    const textAt = HEAD_BYTES + block.readUInt32LE(MARK.length) * NUMBER_BYTES;
    const textEnd = textAt + block.readUInt32LE(MARK.length + 4);
    const numbers = numbersOf(block.subarray(HEAD_BYTES, textAt));
    readEntries(numbers, block.toString("utf8", textAt, textEnd).split("\n"), reader, examples, found);
  }
  return found;
}

/** Copied: a view would have to begin at a multiple of eight. */
function numbersOf(bytes: Buffer): Float64Array {
  const numbers = new Float64Array(Math.floor(bytes.length / NUMBER_BYTES));
  Buffer.from(numbers.buffer).set(bytes.subarray(0, numbers.byteLength));
  return numbers;
}

function readEntries(
  numbers: Float64Array,
  lines: readonly string[],
  reader: NoteReader,
  examples: Map<number, OwnedRecord>,
  found: OwnedRecord[],
): void {
  let line = 0;
  for (let at = 0; at < numbers.length; ) {
    const place = numbers[at++] ?? 0;
    if (place < 0) {
      const noted = noteOn(lines[line++], reader);
      if (noted === null) continue;
      examples.set(-place, noted);
      found.push(noted);
      continue;
    }
    const example = examples.get(place);
    const own = numbers.subarray(at, at + NUMBERS);
    at += NUMBERS;
    if (example !== undefined && own.length === NUMBERS) found.push(fromNumbers(example, own));
  }
}

/** @returns null where its line cannot be read. */
function noteOn(line: string | undefined, reader: NoteReader): OwnedRecord | null {
  let noted: OwnedRecord | null = null;
  for (const part of line?.split("\t") ?? []) noted = reader.read(part);
  return noted;
}
