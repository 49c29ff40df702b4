/** Where lines of the log end: a file that is turned over by size and day, or standard error. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync, write, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type KeptLogs, oldLogName, tidyOldLogs } from "./old-logs.ts";

export interface LogRotation extends KeptLogs {
  /** A file does not grow beyond this; 0 is no limit. */
  maxBytes: number;
  daily: boolean;
}

export interface LogFile {
  /** Is with the system when this returns, unless that does not take it just now. */
  writeNow(line: string): void;
  /** Goes out with others, within a tenth of a second: for lines that come with every request. */
  writeSoon(line: string): void;
  /** The file was moved away by somebody: go on in a new one of the same name. */
  reopen(): void;
  /** Lines that had to be left out, because what takes them stood still or is full. */
  lost(): number;
  /** Resolves when old logs are packed and counted. */
  tidied(): Promise<void>;
  close(): Promise<void>;
}

/** Lines of requests have waited 20 ms before: a tenth of a second in all. */
const BATCH_MS = 80;
const BATCH_BYTES = 256 * 1024;
/** More than this does not wait for a reader that stands still. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const AGAIN_MS = 50;
const STANDARD_ERROR = 2;

/** @param path absolute; null is standard error, which is never turned over. */
export function openLogFile(path: string | null, rotation: LogRotation, now: () => Date = () => new Date()): LogFile {
  return new Lines(path, rotation, now);
}

class Lines implements LogFile {
  private readonly path: string | null;
  private readonly rotation: LogRotation;
  private readonly now: () => Date;
  private fd = STANDARD_ERROR;
  private inode = 0;
  private size = 0;
  private day = "";
  private waiting = "";
  private waitingLines = 0;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  /** A line that does not wait came while others were written. */
  private isUrgent = false;
  private tidying: Promise<void> = Promise.resolve();
  private lostLines = 0;
  private isMoved = false;

  constructor(path: string | null, rotation: LogRotation, now: () => Date) {
    this.path = path;
    this.rotation = rotation;
    this.now = now;
    if (path !== null) {
      mkdirSync(dirname(path), { recursive: true });
      this.open(path);
      this.tidy(path);
    }
    if (openFiles.size === 0) process.on("exit", flushAll);
    openFiles.add(this);
  }

  writeNow(line: string): void {
    this.add(line);
    if (this.writing === null) this.flushNow();
    else this.isUrgent = true;
  }

  writeSoon(line: string): void {
    this.add(line);
    if (this.waiting.length >= BATCH_BYTES) this.flushSoon();
    else this.timer ??= this.startTimer();
  }

  reopen(): void {
    // Not while something is being written to the one that is open.
    this.isMoved = true;
    if (this.writing === null) this.prepare(0);
  }

  /** The process ends: nothing is turned over any more. */
  flushAtExit(): void {
    const bytes = Buffer.from(this.waiting);
    this.waiting = "";
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
    } catch {
      // Nobody is left to be told.
    }
  }

  lost(): number {
    return this.lostLines;
  }

  async tidied(): Promise<void> {
    await this.tidying;
  }

  async close(): Promise<void> {
    openFiles.delete(this);
    if (openFiles.size === 0) process.off("exit", flushAll);
    await this.writing;
    this.flushNow();
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.path !== null && this.fd !== STANDARD_ERROR) closeSync(this.fd);
    this.fd = STANDARD_ERROR;
  }

  private add(line: string): void {
    if (this.waiting.length > MAX_WAITING_BYTES) {
      this.lostLines++;
      return;
    }
    this.waiting += line;
    this.waitingLines++;
  }

  private startTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      this.timer = null;
      this.flushSoon();
    }, BATCH_MS).unref();
  }

  /** In one piece, so that lines of two writes never mix. */
  private takeWaiting(): Buffer {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const bytes = Buffer.from(this.waiting);
    this.waiting = "";
    this.waitingLines = 0;
    this.isUrgent = false;
    this.prepare(bytes.length);
    this.size += bytes.length;
    return bytes;
  }

  private flushNow(): void {
    if (this.waiting === "") return;
    const lines = this.waitingLines;
    const bytes = this.takeWaiting();
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.fd, bytes, at);
      } catch (error) {
        if (isBusy(error)) return this.writeRest(bytes.subarray(at), lines);
        this.lostLines += lines;
        return;
      }
    }
  }

  /** A reader that stands still, or a slow disk, holds up a thread of the pool and no request. */
  private flushSoon(): void {
    if (this.writing !== null || this.waiting === "") return;
    const lines = this.waitingLines;
    this.writeRest(this.takeWaiting(), lines);
  }

  private writeRest(bytes: Buffer, lines: number): void {
    this.writing = this.writeAll(bytes)
      .catch(() => {
        this.lostLines += lines;
      })
      .finally(() => {
        this.writing = null;
        if (this.isUrgent || this.waiting.length >= BATCH_BYTES) this.flushSoon();
        else if (this.waiting !== "") this.timer ??= this.startTimer();
      });
  }

  private async writeAll(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += await new Promise<number>((resolve, reject) => {
          write(this.fd, bytes, at, (error, written) => (error ? reject(error) : resolve(written)));
        });
      } catch (error) {
        if (!isBusy(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
      }
    }
  }

  /** Before lines go out and while none is on its way: a new file when it is time, or when somebody took this one away. */
  private prepare(bytes: number): void {
    const { path, rotation } = this;
    if (path === null) return;
    try {
      const found = statSync(path, { throwIfNoEntry: false });
      if (this.isMoved || found === undefined || found.ino !== this.inode) this.openAnew(path);
      const isFull = rotation.maxBytes > 0 && this.size + bytes > rotation.maxBytes;
      const isOld = rotation.daily && this.day !== dayOf(this.now());
      if (this.size > 0 && (isFull || isOld)) this.turnOver(path);
      else if (isOld) this.day = dayOf(this.now());
    } catch {
      // Lines go on to where they went before: a folder that cannot be written to must not lose any.
    }
  }

  private turnOver(path: string): void {
    renameSync(path, oldLogName(path, this.day));
    this.openAnew(path);
    this.tidy(path);
  }

  private tidy(path: string): void {
    this.tidying = this.tidying.then(() => tidyOldLogs(path, this.rotation)).catch(() => {});
  }

  private openAnew(path: string): void {
    const before = this.fd;
    this.open(path);
    this.isMoved = false;
    closeSync(before);
  }

  private open(path: string): void {
    this.fd = openSync(path, "a", 0o600);
    const { ino, size, mtime } = fstatSync(this.fd);
    this.inode = ino;
    this.size = size;
    this.day = dayOf(size > 0 ? mtime : this.now());
  }
}

const openFiles = new Set<Lines>();

function flushAll(): void {
  for (const file of openFiles) file.flushAtExit();
}

const isBusy = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "EAGAIN";

/** Of the machine's own calendar. */
function dayOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
