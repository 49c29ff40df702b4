/** Logs that were turned over: their names, how they are packed, and which are too many. */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

export interface KeptLogs {
  /** How many stay; 0 is all. */
  keep: number;
  compress: boolean;
}

/** `gateway.log.2026-11-21.1`: the day that it is of, and a number that is free. */
export function oldLogName(file: string, day: string): string {
  for (let number = 1; ; number++) {
    const name = `${file}.${day}.${number}`;
    if (!existsSync(name) && !existsSync(`${name}.gz`)) return name;
  }
}

/** Packs what is not packed yet and removes the oldest. What a crash left half done is done again. */
export async function tidyOldLogs(file: string, { keep, compress }: KeptLogs): Promise<void> {
  const folder = dirname(file);
  const prefix = `${basename(file)}.`;
  const old: { path: string; day: string; number: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const rest = name.slice(prefix.length);
    if (/^\d{4}-\d\d-\d\d\.\d+\.gz\.part$/.test(rest)) await rm(join(folder, name), { force: true });
    const [, day, number] = /^(\d{4}-\d\d-\d\d)\.(\d+)(?:\.gz)?$/.exec(rest) ?? [];
    if (day && number) old.push({ path: join(folder, name), day, number: Number(number) });
  }
  old.sort((one, other) => other.day.localeCompare(one.day) || other.number - one.number);
  for (const { path } of keep === 0 ? [] : old.splice(keep)) await rm(path, { force: true });
  if (!compress) return;
  for (const { path } of old) if (!path.endsWith(".gz")) await pack(path);
}

async function pack(path: string): Promise<void> {
  const part = `${path}.gz.part`;
  const { mode } = await stat(path);
  await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { mode: mode & 0o777 }));
  await rename(part, `${path}.gz`);
  await rm(path);
}
