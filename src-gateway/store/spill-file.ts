/** Records that wait on disk because the database could not take them and memory should not. One JSON object a line. */
import { appendFile, readFile, rename, rm } from "node:fs/promises";
import type { ExchangeRecord } from "../ir/exchange-record.ts";

/** A record and the run that it belongs to, which need not be the one that writes it. */
export interface SpilledRecord {
  instanceId: number;
  record: ExchangeRecord;
}

export interface SpillFile {
  append(records: SpilledRecord[]): Promise<void>;
  /** Everything that waits, once: the file stays until `done` says that the database has it. */
  take(): Promise<{ records: SpilledRecord[]; done(): Promise<void> }>;
  /** A record that the database will never take, kept for the operator. */
  reject(record: SpilledRecord): Promise<void>;
}

export function createSpillFile(path: string): SpillFile {
  const taken = `${path}.replaying`;
  const mode = { mode: 0o600 };
  return {
    append: (records) => appendFile(path, lines(records), mode),
    async take() {
      const earlier = await readRecords(taken);
      if (earlier.length === 0) await rename(path, taken).catch(ignoreMissing);
      const records = earlier.length === 0 ? await readRecords(taken) : earlier;
      return { records, done: () => rm(taken, { force: true }) };
    },
    reject: (record) => appendFile(`${path}.rejected`, lines([record]), mode),
  };
}

const lines = (records: SpilledRecord[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("");

async function readRecords(path: string): Promise<SpilledRecord[]> {
  const text = await readFile(path, "utf8").catch(ignoreMissing);
  return (text ?? "").split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as SpilledRecord];
    } catch {
      // The process died while it wrote this line: the record was never complete.
      return [];
    }
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
