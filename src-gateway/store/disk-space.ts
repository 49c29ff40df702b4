/** Whether there is room on the disks where the databases are files: looked at now and then, so that asking costs nothing. */
import { statfs } from "node:fs/promises";
import type { Logger } from "../lib/logger.ts";

export interface DiskSpace {
  /** Null while there is room. */
  shortage(): DiskShortage | null;
  /** Looks now. Never rejects. */
  look(): Promise<void>;
  stop(): void;
}

export interface DiskShortage {
  folder: string;
  freeBytes: number;
}

export interface DiskSpaceOptions {
  /** Looked at one by one; of two on the same disk the first is named. */
  folders: readonly string[];
  minFreeBytes: number;
  log: Logger;
  everyMs?: number;
}

const EVERY_MS = 2_000;
/** Of a small disk, so much has to do. */
const SMALL_DISK_PART = 20;
/** There is room again from here on, so that it does not come and go. */
const ROOM_AGAIN = 1.1;

export function watchDiskSpace({ folders, minFreeBytes, log, everyMs = EVERY_MS }: DiskSpaceOptions): DiskSpace {
  let shortage: DiskShortage | null = null;
  const shortIn = async (folder: string): Promise<DiskShortage | null> => {
    try {
      const { bavail, blocks, bsize } = await statfs(folder);
      // Some file systems do not say how large they are.
      if (blocks === 0) return null;
      const freeBytes = bavail * bsize;
      const wanted = Math.min(minFreeBytes, (blocks * bsize) / SMALL_DISK_PART) * (shortage === null ? 1 : ROOM_AGAIN);
      return freeBytes < wanted ? { folder, freeBytes } : null;
    } catch {
      // Whether it can be written is for those to say who write.
      return null;
    }
  };
  const look = async (): Promise<void> => {
    const found = await Promise.all(folders.map(shortIn));
    const now = found.find((each) => each !== null) ?? null;
    if (now !== null && shortage === null)
      log.error({ kind: "disk", ...now }, "the disk is nearly full; nothing new is taken until there is free space");
    if (now === null && shortage !== null) log.info({ kind: "disk" }, "there is free space again; new work is taken");
    shortage = now;
  };
  const timer = minFreeBytes > 0 && folders.length > 0 ? setInterval(() => void look(), everyMs).unref() : undefined;
  if (timer) void look();
  return { shortage: () => shortage, look, stop: () => clearInterval(timer) };
}
