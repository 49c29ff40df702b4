/**
 * What a process that is killed leaves of the exchanges that it had not yet written to the database: their newest states,
 * in two files by turns. All notes of one turn of the event loop are one write without a wait for the disk, at the end of
 * that turn and before its answers go out: they survive the end of the process, though not that of the machine. What a kill
 * can lose is a request of the very turn in which it arrived, of whose answer nobody has seen a byte, or the end of one that
 * was answered in that turn or in the one before.
 */
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EndOfTurn } from "../lib/end-of-turn.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "./database-errors.ts";
import type { OwnedRecord } from "./group-writer.ts";
import { INTERRUPTED } from "./instances.ts";
import { NoteBlock, Noted, readBlocks } from "./note-blocks.ts";
import { readNotes } from "./read-notes.ts";
import { createSpillFile } from "./spill-file.ts";

export interface ExchangeJournal {
  /**
   * On its way to the disk when this turn of the event loop ends. Never throws: a disk that refuses must not stop a request.
   * @param record does not change any more.
   */
  note(record: OwnedRecord): void;
  /** What was noted in this turn is with the system when this returns. */
  settle(): void;
  /** What is noted from now on is kept apart. @returns to be called when all that was noted before is kept elsewhere. */
  turn(): () => void;
  /** Nothing is left to be remembered. */
  remove(): void;
}

const turnEnd = new EndOfTurn<() => void>("writes", (settle) => settle());

const PREFIX = "noted-exchanges-";
/**
 * Earlier gateways called them `.notes`, and before `.ndjson`, and wrote lines of text; they would not understand these
 * blocks, and must not take them for theirs.
 */
const NAME = /^noted-exchanges-(\d+)-[ab]\.(?:blocks|notes|ndjson)$/;
const SUFFIX = ".blocks";
/** While the database takes nothing, so many bytes a file; by then records go to the spill file. */
const MAX_BYTES = 64 * 1024 * 1024;

/** @param folder of the gateway's state. */
export function createExchangeJournal(folder: string, log: Logger): ExchangeJournal {
  const [fileA, fileB] = ["a", "b"].map((turn) => join(folder, `${PREFIX}${process.pid}-${turn}${SUFFIX}`));
  let current = openFile(fileA ?? "");
  let other = openFile(fileB ?? "");
  const block = new NoteBlock();
  let isRefused = false;
  let fresh: OwnedRecord[] = [];
  const settle = (): void => {
    if (fresh.length === 0) return;
    const records = fresh;
    fresh = [];
    if (current.bytes > MAX_BYTES) return;
    try {
      for (const owned of records) {
        if (block.isFull) current.bytes += block.writeTo(current.fd);
        block.add(owned, current.noted);
      }
      current.bytes += block.writeTo(current.fd);
      isRefused = false;
    } catch (error) {
      // What follows must not name what is missing, and what is left over may not belong to the next file.
      current.noted.forget();
      block.clear();
      if (!isRefused) log.warn(describeError(error), "exchanges cannot be noted; a kill would lose the newest ones");
      isRefused = true;
    }
  };
  return {
    settle,
    note(record) {
      if (fresh.push(record) === 1) turnEnd.add(settle);
    },
    turn() {
      settle();
      // While an earlier turn is not over, its file and this one go on together.
      if (other.bytes === 0) [current, other] = [other, current];
      const before = other;
      return () => {
        if (before.bytes === 0) return;
        ftruncateSync(before.fd);
        before.bytes = 0;
        before.noted.forget();
      };
    },
    remove() {
      fresh = [];
      for (const { fd, path } of [current, other]) {
        closeSync(fd);
        rmSync(path, { force: true });
      }
    },
  };
}

interface NoteFile {
  path: string;
  fd: number;
  bytes: number;
  noted: Noted;
}

const openFile = (path: string): NoteFile => ({ path, fd: openSync(path, "a", 0o600), bytes: 0, noted: new Noted() });

/**
 * Hands what earlier processes have noted to the spill file, from which the next writer takes it; what was open is
 * interrupted. What is in the database already stays as it is there.
 * @returns how many exchanges that were.
 */
export async function recoverJournals(folder: string, spillFile: string): Promise<number> {
  const newest = new Map<string, OwnedRecord>();
  const files = readdirSync(folder)
    .filter(isLeft)
    .map((name) => join(folder, name));
  for (const file of files) {
    for (const noted of readFile(file)) {
      const key = `${noted.instanceId}:${noted.record.id}`;
      if (newest.get(key)?.record.outcome !== undefined && noted.record.outcome === "open") continue;
      newest.set(key, noted);
    }
  }
  const records = [...newest.values()].map(({ instanceId, record }) => ({
    instanceId,
    record: record.outcome === "open" ? { ...record, outcome: "interrupted" as const, ...INTERRUPTED } : record,
  }));
  if (records.length > 0) await createSpillFile(spillFile).append(records);
  for (const file of files) rmSync(file, { force: true });
  return records.length;
}

/** Of a process that is no more: another gateway may run on the folder, and is about to refuse this one. */
function isLeft(name: string): boolean {
  const pid = Number(NAME.exec(name)?.[1]);
  if (Number.isNaN(pid)) return false;
  // In a container the process before this one had the same number.
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function readFile(file: string): OwnedRecord[] {
  try {
    return file.endsWith(SUFFIX) ? readBlocks(readFileSync(file)) : readNotes(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
