import { KnownBytes } from "../../lib/known-bytes.ts";

/** A header's line as a provider sent it last, at the same place of its head. */
export interface KnownLine {
  /** Up to the colon, which is its last byte. */
  start: KnownBytes;
  /** In lower case. */
  name: string;
  value: string;
  /** All of it, with its line end; null where the value is another one each time. */
  whole: KnownBytes | null;
  changes: number;
}

/** A value that changed so often is not compared any more. */
const MAX_CHANGES = 4;
const MAX_LINES = 64;
const MAX_BYTES = 256;
const MAX_SHAPES = 4;

type Headers = Record<string, string | string[]>;

/** Headers with the names of which many heads consist. */
interface HeadShape {
  names: readonly string[];
  values: string[];
  headers: Readonly<Headers>;
}

/**
 * How a provider's last answers were headed. Nearly all lines of the next head are the same bytes, and what they say need not be
 * read out of them once more.
 */
export class HeadMemory {
  /** At each place the line that was learned last, and the one before: heads of streams are not those of other answers. */
  readonly #newest: KnownLine[] = [];
  readonly #older: (KnownLine | undefined)[] = [];
  readonly #shapes: HeadShape[] = [];
  #oldestShape = 0;
  #hint = "";
  #hintMs: number | null = null;

  /** The whole line that stands at `at`, if it is the one that was learned last. */
  findWhole(index: number, view: DataView, at: number, to: number): KnownLine | null {
    const newest = this.#newest[index];
    return newest !== undefined && newest.whole !== null && newest.whole.isAt(view, at, to) ? newest : null;
  }

  /** The line that begins at `at`; null where no such one stood at this place. */
  find(index: number, view: DataView, at: number, to: number): KnownLine | null {
    const newest = this.#newest[index];
    if (newest === undefined || newest.start.isAt(view, at, to)) return newest ?? null;
    const older = this.#older[index];
    return older !== undefined && older.start.isAt(view, at, to) ? older : null;
  }

  /** Another line stands at this place now. @param start of a buffer that is used again. */
  learn(index: number, start: Buffer, name: string): void {
    if (index > this.#newest.length || index >= MAX_LINES || start.length > MAX_BYTES) return;
    this.#older[index] = this.#newest[index];
    this.#newest[index] = { start: new KnownBytes(start), name, value: "", whole: null, changes: 0 };
  }

  /** Whether its value may be the same the next time. */
  isSteady(line: KnownLine): boolean {
    return line.changes < MAX_CHANGES;
  }

  /** @param whole the line with its line end, of a buffer that is used again. */
  learnValue(line: KnownLine, whole: Buffer, value: string): void {
    line.changes++;
    line.whole = this.isSteady(line) && whole.length <= MAX_BYTES ? new KnownBytes(whole) : null;
    line.value = value;
  }

  /** An object of these headers. Where a head before had the same names, it is a copy with what is different put in. */
  headersOf(names: readonly string[], values: readonly string[], count: number): Headers {
    for (const shape of this.#shapes) {
      if (!isSame(shape.names, names, count)) continue;
      const headers = { ...shape.headers };
      for (let n = 0; n < count; n++) {
        const value = values[n] as string;
        if (value !== shape.values[n]) headers[names[n] as string] = value;
        // The very text that the line keeps: the next time it need not be compared letter by letter.
        else shape.values[n] = value;
      }
      return headers;
    }
    const headers: Headers = {};
    for (let n = 0; n < count; n++) addHeader(headers, names[n] as string, values[n] as string);
    if (Object.keys(headers).length === count) this.#learnShape(names.slice(0, count), values.slice(0, count), headers);
    return headers;
  }

  #learnShape(names: readonly string[], values: string[], headers: Headers): void {
    this.#shapes[this.#oldestShape] = { names, values, headers: { ...headers } };
    this.#oldestShape = (this.#oldestShape + 1) % MAX_SHAPES;
  }

  /** What a `keep-alive` header tells of the time that the provider keeps a silent connection; null when it tells nothing. */
  timeoutOf(hint: string): number | null {
    if (hint !== this.#hint) {
      const seconds = /(?:^|,)[\t ]*timeout=(\d+)/i.exec(hint)?.[1];
      this.#hint = hint;
      this.#hintMs = seconds === undefined ? null : Number(seconds) * 1000;
    }
    return this.#hintMs;
  }
}

function isSame(known: readonly string[], names: readonly string[], count: number): boolean {
  if (known.length !== count) return false;
  for (let n = 0; n < count; n++) if (known[n] !== names[n]) return false;
  return true;
}

/** One that comes several times becomes a list, as with undici. */
function addHeader(headers: Headers, name: string, value: string): void {
  const known = headers[name];
  if (known === undefined) headers[name] = value;
  else if (!Object.hasOwn(headers, name))
    // `__proto__` and `constructor` are names like all others.
    Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
  else if (typeof known === "string") headers[name] = [known, value];
  else known.push(value);
}
