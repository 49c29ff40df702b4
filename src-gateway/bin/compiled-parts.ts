import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { basename, dirname, join, sep } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { constants, Script } from "node:vm";
import { crc32 } from "node:zlib";

/** Node calls it with the text of each CommonJS file; there is no public place to bring compiled code in. */
const COMPILE = "_compile";
type Loader = Record<typeof COMPILE, (this: Module, text: string, file: string, ...more: unknown[]) => unknown>;

const CHECKSUM_BYTES = 4;

/**
 * What the engine has compiled of this program's files, from one start to the next. It compiles a function when that is first
 * called, and Node's own cache takes a file as it is when it has been loaded and nothing of it was called: eight hundred
 * functions were compiled anew at each start, for a fifth of its CPU. Here a file is written down later.
 */
export class CompiledParts {
  private readonly folder: string;
  private readonly root: string;
  /** Those that are not written down yet. */
  private fresh: { place: string; script: Script }[] | null = [];

  /**
   * @param folder of this user alone: whoever can write there decides what runs here.
   * @param root the folder of the program's files.
   */
  constructor(folder: string, root: string) {
    this.folder = folder;
    this.root = root + sep;
  }

  /** From now on files are loaded by way of it, until it has been written. */
  install(): void {
    const loader = (Module as unknown as { prototype: Loader }).prototype;
    const original = loader[COMPILE];
    const compile = (text: string, file: string): Script | null => this.compile(text, file);
    loader[COMPILE] = function (text, file, ...more) {
      const script = compile(text, file);
      if (script === null) return original.call(this, text, file, ...more);
      const run = script.runInThisContext() as (...given: unknown[]) => unknown;
      return run.call(this.exports, this.exports, createRequire(file), this, file, dirname(file));
    };
  }

  /** Once, when all that a start calls has been called. */
  write(): void {
    const fresh = this.fresh ?? [];
    this.fresh = null;
    try {
      if (fresh.length > 0) mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      for (const { place, script } of fresh) {
        const compiled = script.createCachedData();
        const checksum = Buffer.alloc(CHECKSUM_BYTES);
        checksum.writeUInt32LE(crc32(compiled));
        // Others may be starting just now.
        const own = `${place}.${process.pid}`;
        writeFileSync(own, Buffer.concat([checksum, compiled]), { mode: 0o600 });
        renameSync(own, place);
      }
    } catch {
      // The next start takes longer, and that is all.
    }
  }

  private compile(text: string, file: string): Script | null {
    if (this.fresh === null || !file.startsWith(this.root) || text.startsWith("#!")) return null;
    const key = createHash("sha256").update(`${cachedDataVersionTag()} ${file} `).update(text).digest("hex");
    const place = join(this.folder, `${basename(file)}.${key.slice(0, 32)}`);
    const cachedData = read(place);
    const script = new Script(Module.wrap(text), {
      filename: file,
      ...(cachedData === null ? {} : { cachedData }),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (cachedData === null || script.cachedDataRejected === true) this.fresh.push({ place, script });
    return script;
  }
}

/** Null when it is not there, or not as it was written. */
function read(place: string): Buffer | null {
  try {
    const bytes = readFileSync(place);
    const compiled = bytes.subarray(CHECKSUM_BYTES);
    return bytes.length > CHECKSUM_BYTES && bytes.readUInt32LE() === crc32(compiled) ? compiled : null;
  } catch {
    return null;
  }
}
