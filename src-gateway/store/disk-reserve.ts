/**
 * A file that holds some space on the disk for the moment at which there is none: what is promised by then, and the database
 * does not take, is written where it was.
 */
import { randomBytes } from "node:crypto";
import { open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface DiskReserve {
  /** Holds the space, if it is not held yet. @throws the error of the file system; then nothing is held. */
  hold(): Promise<void>;
  /** @returns whether there was something to let go of. */
  release(): Promise<boolean>;
}

/** Room for some two thousand records. */
const BYTES = 4 * 1024 * 1024;
const MIN_FREE_TIMES = 2;

/** @param beside a file in the folder whose disk is meant. */
export function createDiskReserve(beside: string, bytes = BYTES): DiskReserve {
  const path = join(dirname(beside), "reserved-space");
  return {
    async hold() {
      const there = await stat(path).catch(() => null);
      if (there?.size === bytes) return;
      const { bavail, bsize, blocks } = await statfs(dirname(path));
      // Where so little is left, taking it would be the end of it.
      if (blocks > 0 && bavail * bsize < bytes * MIN_FREE_TIMES)
        throw new Error("too little space is left to reserve some");
      const draft = `${path}.part`;
      try {
        const file = await open(draft, "w", 0o600);
        try {
          // Zeros would take no space on a disk that compresses.
          await file.writeFile(randomBytes(bytes));
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    release: () =>
      rm(path).then(
        () => true,
        () => false,
      ),
  };
}
