/** Records that wait on disk because the database could not take them and memory should not. One JSON object a line. */
import { appendFile, open, readdir, rename, rm, stat, truncate } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { OwnedRecord } from "./group-writer.ts";

export interface SpillFile {
  append(records: OwnedRecord[]): Promise<void>;
  /**
   * Hands over everything that waits, in order. Nothing leaves the disk before `write` took all of it, so after a failure
   * the same records may be handed over again.
   */
  replay(write: (records: OwnedRecord[]) => Promise<void>): Promise<ReplayCount>;
  /** Keeps a record that the database will never take, for the operator. */
  reject(record: OwnedRecord, problem: string): Promise<void>;
}

export interface ReplayCount {
  records: number;
  /** Lines that a dying process left half written. */
  broken: number;
}

/** As many as make a transaction worth its price: who was behind has to write faster than others ask. */
const PORTION = 512;

export function createSpillFile(path: string): SpillFile {
  const folder = dirname(path);
  let counter = 0;
  let last: Promise<unknown> = Promise.resolve();
  /** An append that began before a rename must not end after it. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  // A line break first: it ends the line that a dying process may have cut.
  const write = async (file: string, values: object[]): Promise<void> => {
    const text = `\n${values.map((value) => `${JSON.stringify(value)}\n`).join("")}`;
    const { size } = (await stat(file).catch(ignoreMissing)) ?? { size: 0 };
    try {
      await appendFile(file, text, { mode: 0o600, flush: true });
    } catch (error) {
      // What a full disk took of it is said again later, and would only be in the way.
      await truncate(file, size).catch(() => {});
      throw error;
    }
  };

  /** The file is moved away, so that others can go on to append; what an earlier replay did not finish comes first. */
  const takeNext = (): Promise<string | null> =>
    inTurn(async () => {
      const prefix = `${basename(path)}.replaying-`;
      const [unfinished] = ((await readdir(folder).catch(ignoreMissing)) ?? [])
        .filter((name) => name.startsWith(prefix))
        .sort();
      if (unfinished !== undefined) return join(folder, unfinished);
      const taken = join(folder, `${prefix}${process.pid}-${Date.now()}-${counter++}`);
      return rename(path, taken)
        .then(() => taken, ignoreMissing)
        .then((name) => name ?? null);
    });

  return {
    append: (records) => inTurn(() => write(path, records)),
    async replay(take) {
      const count: ReplayCount = { records: 0, broken: 0 };
      for (let file = await takeNext(); file !== null; file = await takeNext()) await replayFile(file, take, count);
      return count;
    },
    reject: (record, problem) => inTurn(() => write(`${path}.rejected`, [{ ...record, problem }])),
  };
}

async function replayFile(
  file: string,
  take: (records: OwnedRecord[]) => Promise<void>,
  count: ReplayCount,
): Promise<void> {
  // Another process may have finished the same file in the meantime.
  const handle = await open(file).catch(ignoreMissing);
  if (!handle) return;
  try {
    let portion: OwnedRecord[] = [];
    for await (const line of handle.readLines({ autoClose: false, start: 0 })) {
      if (line === "") continue;
      const record = parse(line);
      if (record === null) count.broken++;
      else portion.push(record);
      if (portion.length < PORTION) continue;
      await take(portion);
      count.records += portion.length;
      portion = [];
    }
    if (portion.length > 0) await take(portion);
    count.records += portion.length;
  } finally {
    await handle.close();
  }
  await rm(file, { force: true });
}

function parse(line: string): OwnedRecord | null {
  try {
    const value = JSON.parse(line) as Partial<OwnedRecord> | null;
    return typeof value?.instanceId === "number" && typeof value.record?.id === "number"
      ? (value as OwnedRecord)
      : null;
  } catch {
    return null;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
