/** A disk of a few megabytes, for tests of what happens when there is no more room on it. */
import { execFileSync } from "node:child_process";
import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  folder: string;
  /** Takes all the space that is left, but for so much. */
  fill(leaveBytes?: number): void;
  /** Gives it back. */
  free(): void;
  remove(): void;
}

/** Only root may mount one, and only where the machine lets it. */
export function mountSmallDisk(megabytes: number): SmallDisk | { skipped: string } {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return { skipped: "only root can mount a disk on Linux" };
  const folder = mkdtempSync(join(tmpdir(), "tokligence-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { skipped: `the machine does not let a disk be mounted: ${String(error)}` };
  }
  const filler = join(folder, "filler");
  return {
    folder,
    fill(leaveBytes = 0) {
      const file = openSync(filler, "a");
      try {
        for (let bytes = 1024 * 1024; bytes > 0; ) bytes = writeSome(file, bytes) ? bytes : Math.floor(bytes / 2);
        ftruncateSync(file, Math.max(0, fstatSync(file).size - leaveBytes));
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove() {
      execFileSync("umount", ["--lazy", folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeSome(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes, 1)) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    return false;
  }
}
