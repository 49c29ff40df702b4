import { lstat, realpath, statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** File systems on disks and in memory of this machine, by the kernel's numbers: ext, XFS, Btrfs, F2FS, ZFS, tmpfs, overlay. */
const OWN = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630]);

/**
 * Whether every change of a file comes as an event of its folder: on Linux, where the kernel says what it lies on, and the file
 * has no other name and no other place that it could be changed by.
 */
export async function tellsOfChanges(path: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    const folder = dirname(path);
    if (!OWN.has((await statfs(folder)).type) || (await realpath(folder)) !== folder) return false;
    const facts = await lstat(path);
    return facts.isFile() && facts.nlink === 1;
  } catch (error) {
    // One that is made later is told of as well.
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
