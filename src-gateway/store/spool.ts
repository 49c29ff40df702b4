/** Where records go that the database does not take: on disk until it does, or aside for good. Says so in the log. */
import { isDiskFull } from "../lib/disk-full.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "./database-errors.ts";
import { createDiskReserve } from "./disk-reserve.ts";
import type { OwnedRecord } from "./group-writer.ts";
import { createSpillFile } from "./spill-file.ts";

export interface Spool {
  /** Records that were put here and are not in the database yet. */
  count(): number;
  /** @returns false when they cannot be kept on disk. Never rejects. */
  keep(records: OwnedRecord[]): Promise<boolean>;
  /** Reserves space for what may come, if it is not reserved yet. Never rejects. */
  holdSpace(): Promise<void>;
  /** Hands over what waits here, also from earlier runs; costs nothing when there is none. @throws what `write` throws. */
  replay(write: (records: OwnedRecord[]) => Promise<void>): Promise<void>;
  /** Never rejects. */
  putAside(record: OwnedRecord, error: unknown): Promise<void>;
}

const HOLD_AGAIN_MS = 60_000;

/** @param path null when there is no place on disk. */
export function createSpool(path: string | null, log: Logger): Spool {
  if (path === null) return memoryOnly(log);
  const file = createSpillFile(path);
  const reserve = createDiskReserve(path);
  let holding: Promise<void> = Promise.resolve();
  let holdAgainAt = 0;
  let kept = 0;
  // An earlier run may have left some.
  let mayHaveSome = true;
  const append = async (records: OwnedRecord[]): Promise<void> => {
    try {
      await file.append(records);
    } catch (error) {
      if (!isDiskFull(error) || !(await reserve.release())) throw error;
      holdAgainAt = 0;
      await file.append(records);
    }
  };

  return {
    count: () => kept,
    async keep(records) {
      try {
        await append(records);
      } catch (error) {
        log.error({ file: path, ...describeError(error) }, "records cannot wait on disk; they stay in memory");
        return false;
      }
      if (kept === 0) log.warn({ records: records.length, file: path }, "records wait on disk for the database");
      kept += records.length;
      mayHaveSome = true;
      return true;
    },
    holdSpace() {
      if (performance.now() < holdAgainAt) return holding;
      holdAgainAt = Infinity;
      holding = reserve.hold().catch((error: unknown) => {
        holdAgainAt = performance.now() + HOLD_AGAIN_MS;
        log.warn(describeError(error), "no space could be reserved for records that the database does not take");
      });
      return holding;
    },
    async replay(write) {
      if (!mayHaveSome) return;
      mayHaveSome = false;
      const before = kept;
      try {
        const { records, broken } = await file.replay(write);
        kept -= before;
        if (records + broken > 0)
          log.info({ records, broken, file: path }, "records that waited on disk are in the database");
      } catch (error) {
        mayHaveSome = true;
        throw error;
      }
    },
    async putAside(record, refusal) {
      const problem = describeError(refusal);
      const fields = { id: record.record.id, ...problem };
      try {
        await file.reject(record, problem.problem);
        log.error({ ...fields, file: `${path}.rejected` }, "the database refuses a record for good; it was put aside");
      } catch (error) {
        log.error(
          { ...fields, record, disk: describeError(error) },
          "the database refuses a record for good, and the disk too",
        );
      }
    },
  };
}

const memoryOnly = (log: Logger): Spool => ({
  count: () => 0,
  keep: async () => false,
  holdSpace: async () => {},
  replay: async () => {},
  putAside: async (record, error) => {
    log.error({ record, ...describeError(error) }, "the database refuses a record for good");
  },
});
