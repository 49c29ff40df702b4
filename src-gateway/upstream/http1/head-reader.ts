import { viewOf } from "../../lib/known-bytes.ts";
import { headTooLarge, notHttp } from "./failures.ts";
import type { HeadMemory, KnownLine } from "./head-memory.ts";
import { COLON, CR, LF, SPACE, TAB, TOKEN, VALUE } from "./octets.ts";

const NOTHING = Buffer.alloc(0);
/** `HTTP/1.` */
const VERSION = Buffer.from("HTTP/1.");
/** What a line may hold that the limit does not count: colon, spaces, line end. */
const LINE_ALLOWANCE = 64;

/**
 * Reads a head line by line: the status line, then headers up to the empty line; or, without a status line, trailers. Strict: what
 * this takes for a head means the same to everybody. A line that has not come whole is kept, and read again with the rest.
 */
export class HeadReader {
  status = 0;
  /** HTTP/1.0 or HTTP/1.1. */
  minor = 1;
  headers: Record<string, string | string[]> = {};
  /** -1 when there is none. */
  contentLength = -1;
  isChunked = false;
  /** The provider says that the connection ends with this answer. */
  closes = false;
  keepAlive = "";
  isComplete = false;
  readonly #memory: HeadMemory;
  readonly #maxBytes: number;
  #partial: Buffer | null = null;
  #size = 0;
  #lines = 0;
  #isTrailer = false;
  /** What each line says; `headers` is made of them when all are there. */
  readonly #names: string[] = [];
  readonly #values: string[] = [];
  /** On the buffer that was read last, which nearly always is the same one. */
  #view = viewOf(NOTHING);
  #viewed: Buffer | null = null;

  /** @param maxBytes of names and values together. */
  constructor(memory: HeadMemory, maxBytes: number) {
    this.#memory = memory;
    this.#maxBytes = maxBytes;
  }

  begin(): void {
    this.status = 0;
    this.headers = {};
    this.contentLength = -1;
    this.isChunked = false;
    this.closes = false;
    this.keepAlive = "";
    this.#restart(false);
  }

  beginTrailers(): void {
    this.#restart(true);
  }

  /** The beginning of a line whose rest has now come. */
  takePartial(): Buffer | null {
    const partial = this.#partial;
    this.#partial = null;
    return partial;
  }

  /** @returns where the head ends, or `to` when it goes on. @throws what is wrong with it. */
  read(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (bytes !== this.#viewed) {
      this.#viewed = bytes;
      this.#view = viewOf(bytes);
    }
    while (!this.isComplete) {
      const isFirst = this.status === 0;
      const next = isFirst ? this.#readStatusLine(bytes, at, to) : this.#readLine(bytes, at, to);
      if (next < 0) {
        if (to - at > this.#maxBytes + LINE_ALLOWANCE) throw headTooLarge();
        this.#partial = Buffer.from(bytes.subarray(at, to));
        return to;
      }
      at = next;
    }
    return at;
  }

  #restart(isTrailer: boolean): void {
    this.isComplete = false;
    this.#partial = null;
    this.#size = 0;
    this.#lines = 0;
    this.#isTrailer = isTrailer;
  }

  /** -1 when the line is not all there, as with the next ones. */
  #readStatusLine(bytes: Buffer, from: number, to: number): number {
    let at = from;
    // Some send one line end too many after an answer.
    while (at < to && (bytes[at] === CR || bytes[at] === LF)) at++;
    if (at > from) {
      this.#count(at - from);
      return at;
    }
    for (let n = 0; n < VERSION.length && at + n < to; n++)
      if (bytes[at + n] !== VERSION[n]) throw notHttp("Expected HTTP/1.0 or HTTP/1.1");
    // `HTTP/1.1 200` and the line's end.
    if (to - at < 14) return -1;
    this.minor = digit(bytes, at + 7);
    if (this.minor > 1 || bytes[at + 8] !== SPACE) throw notHttp("Invalid HTTP version");
    const status = digit(bytes, at + 9) * 100 + digit(bytes, at + 10) * 10 + digit(bytes, at + 11);
    let end = at + 12;
    if (bytes[end] === SPACE) while (end < to && VALUE[bytes[end] ?? 0] === 1) end++;
    if (end + 1 >= to) return -1;
    if (status < 100 || bytes[end] !== CR || bytes[end + 1] !== LF) throw notHttp("Invalid response status");
    this.status = status;
    return end + 2;
  }

  #readLine(bytes: Buffer, at: number, to: number): number {
    if (at >= to) return -1;
    if (bytes[at] === CR) {
      if (at + 1 >= to) return -1;
      if (bytes[at + 1] !== LF) throw notHttp("Expected LF after headers");
      this.isComplete = true;
      if (!this.#isTrailer) this.headers = this.#memory.headersOf(this.#names, this.#values, this.#lines);
      return at + 2;
    }
    if (!this.#isTrailer) {
      const same = this.#memory.findWhole(this.#lines, this.#view, at, to);
      if (same !== null) return this.#takeWhole(same, at);
      const known = this.#memory.find(this.#lines, this.#view, at, to);
      if (known !== null) return this.#readKnown(bytes, at, to, known);
    }
    let end = at;
    while (end < to && TOKEN[bytes[end] ?? 0] === 1) end++;
    if (end >= to) return -1;
    if (end === at || bytes[end] !== COLON) throw notHttp("Invalid header token");
    const name = bytes.toString("latin1", at, end).toLowerCase();
    const valueAt = skipBlanks(bytes, end + 1, to);
    const valueEnd = this.#valueEnd(bytes, valueAt, to);
    if (valueEnd < 0) return -1;
    this.#take(name, bytes.toString("latin1", valueAt, valueEnd));
    if (!this.#isTrailer) this.#memory.learn(this.#lines - 1, bytes.subarray(at, end + 1), name);
    return valueEnd + 2;
  }

  /** A line whose name came at this place the last time, too. */
  #readKnown(bytes: Buffer, at: number, to: number, known: KnownLine): number {
    if (known.whole !== null && known.whole.isAt(this.#view, at, to)) return this.#takeWhole(known, at);
    const valueAt = skipBlanks(bytes, at + known.start.length, to);
    const valueEnd = this.#valueEnd(bytes, valueAt, to);
    if (valueEnd < 0) return -1;
    const value = bytes.toString("latin1", valueAt, valueEnd);
    this.#take(known.name, value);
    if (this.#memory.isSteady(known)) this.#memory.learnValue(known, bytes.subarray(at, valueEnd + 2), value);
    return valueEnd + 2;
  }

  #takeWhole({ name, value, whole }: KnownLine, at: number): number {
    this.#take(name, value);
    return at + (whole?.length ?? 0);
  }

  /** Where the line ends that the value stands in; -1 when that is not there. */
  #valueEnd(bytes: Buffer, valueAt: number, to: number): number {
    let end = valueAt;
    while (end < to && VALUE[bytes[end] ?? 0] === 1) end++;
    if (end + 1 >= to) return -1;
    if (bytes[end] !== CR || bytes[end + 1] !== LF) throw notHttp("Invalid header value char");
    return end;
  }

  #count(bytes: number): void {
    this.#size += bytes;
    if (this.#size >= this.#maxBytes) throw headTooLarge();
  }

  #take(name: string, value: string): void {
    this.#count(name.length + value.length);
    if (name.length === 10) {
      if (name === "connection") this.#heedConnection(value);
      else if (name === "keep-alive") this.keepAlive += (this.keepAlive === "" ? "" : ",") + value;
    } else if (name.length === 14 && name === "content-length") this.#heedLength(value);
    else if (name.length === 16 && name === "proxy-connection") this.#heedConnection(value);
    else if (name.length === 17 && name === "transfer-encoding") this.#heedEncoding(value);
    if (!this.#isTrailer) {
      this.#names[this.#lines] = name;
      this.#values[this.#lines] = value;
    }
    this.#lines++;
  }

  #heedConnection(value: string): void {
    if (value.length === 10 && value.toLowerCase() === "keep-alive") return;
    if (value.toLowerCase().includes("close")) this.closes = true;
  }

  /** As it says how much is part of this answer, it has to be beyond doubt. */
  #heedLength(value: string): void {
    if (this.contentLength !== -1 || this.isChunked || this.#isTrailer) throw notHttp("Content-Length is not alone");
    if (value.length === 0 || value.length > 15) throw notHttp("Invalid Content-Length");
    let length = 0;
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at) - 48;
      if (code < 0 || code > 9) throw notHttp("Invalid character in Content-Length");
      length = length * 10 + code;
    }
    this.contentLength = length;
  }

  #heedEncoding(value: string): void {
    if (this.contentLength !== -1 || this.isChunked || this.#isTrailer) throw notHttp("Transfer-Encoding is not alone");
    if (value.trim().toLowerCase() !== "chunked") throw notHttp("Unknown Transfer-Encoding");
    this.isChunked = true;
  }
}

function digit(bytes: Buffer, at: number): number {
  const value = (bytes[at] ?? 0) - 48;
  if (value < 0 || value > 9) throw notHttp("Invalid status code");
  return value;
}

function skipBlanks(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}
