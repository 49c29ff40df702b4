import { isAscii } from "node:buffer";
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { basename, dirname, join, sep } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { constants, Script } from "node:vm";
import { crc32 } from "node:zlib";

/** Node asks it how files of this kind are loaded; there is no public place to bring compiled code in. */
const EXTENSIONS = "_extensions";
const KIND = ".cjs";
type Loader = (module: Module, file: string) => unknown;
type Loaders = Record<typeof EXTENSIONS, Record<string, Loader>>;

/** What makes a function of a file. */
const [HEAD = "", TAIL = ""] = Module.wrap("\0").split("\0");

const CHECKSUM_BYTES = 4;

/**
 * What the engine has compiled of this program's files, from one start to the next. It compiles a function when that is first
 * called, and Node's own cache takes a file as it is when it has been loaded and nothing of it was called: eight hundred
 * functions were compiled anew at each start, for a fifth of its CPU. Here a file is written down later.
 */
export class CompiledParts {
  private readonly folder: string;
  private readonly root: string;
  private readonly room = new ReadingRoom();
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
    const loaders = (Module as unknown as Loaders)[EXTENSIONS];
    loaders[KIND] = (module, file) => {
      const script = this.compile(file);
      if (script === null) return loaders[".js"]?.(module, file);
      const run = script.runInThisContext() as (...given: unknown[]) => unknown;
      return run.call(module.exports, module.exports, createRequire(file), module, file, dirname(file));
    };
  }

  /** Once, when all that a start calls has been called. */
  write(): void {
    const fresh = this.fresh ?? [];
    this.fresh = null;
    this.room.close();
    try {
      if (fresh.length > 0) mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      for (const { place, script } of fresh) {
        const compiled = script.createCachedData();
        const checksum = Buffer.alloc(CHECKSUM_BYTES);
        checksum.writeUInt32LE(crc32(compiled));
        // Others may be starting just now.
        const own = `${place}.${process.pid}`;
        // The engine copies what does not begin where a word does.
        writeFileSync(own, Buffer.concat([compiled, checksum]), { mode: 0o600 });
        renameSync(own, place);
      }
    } catch {
      // The next start takes longer, and that is all.
    }
  }

  private compile(file: string): Script | null {
    if (this.fresh === null || !file.startsWith(this.root)) return null;
    const source = readSource(file, this.room);
    if (source === null) return null;
    const program = crc32(`${cachedDataVersionTag()} ${file}`);
    const place = join(this.folder, `${basename(file)}.${hex(program)}${hex(source.checksum)}`);
    const kept = readKept(place, this.room);
    const script = new Script(source.text, {
      filename: file,
      ...(kept === null ? {} : { cachedData: kept }),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (kept === null || script.cachedDataRejected === true) this.fresh.push({ place, script });
    return script;
  }
}

const hex = (value: number): string => value.toString(16).padStart(8, "0");

/** The text of a file as a function, made once: put together from strings it would be there twice. Null for a command. */
function readSource(file: string, room: ReadingRoom): { text: string; checksum: number } | null {
  const bytes = room.read(file, HEAD.length, TAIL.length);
  if (bytes === null || bytes.toString("latin1", HEAD.length, HEAD.length + 2) === "#!") return null;
  bytes.write(HEAD, "latin1");
  bytes.write(TAIL, bytes.length - TAIL.length, "latin1");
  return { text: bytes.toString(isAscii(bytes) ? "latin1" : "utf8"), checksum: crc32(bytes) };
}

/** Null when it is not there, or not as it was written. */
function readKept(place: string, room: ReadingRoom): Buffer | null {
  const bytes = room.read(place);
  if (bytes === null || bytes.length <= CHECKSUM_BYTES) return null;
  const compiled = bytes.subarray(0, -CHECKSUM_BYTES);
  return bytes.readUInt32LE(compiled.length) === crc32(compiled) ? compiled : null;
}

/** Address space, not memory: more than the largest file has. */
const ROOM_BYTES = 16 * 1_048_576;

/** Memory that one file after the other is read into: each page that is touched for the first time costs microseconds. */
class ReadingRoom {
  private room: ArrayBuffer | null = null;

  /**
   * What is returned holds until the next file is read. Null for a file that cannot be read.
   * @param before so many bytes are free there, and `after` behind it.
   */
  read(file: string, before = 0, after = 0): Buffer | null {
    let opened: number | null = null;
    try {
      opened = openSync(file, "r");
      const { size } = fstatSync(opened);
      const bytes = this.take(before + size + after);
      return readSync(opened, bytes, before, size, 0) === size ? bytes : null;
    } catch {
      return null;
    } finally {
      if (opened !== null) closeSync(opened);
    }
  }

  /** Gives the memory back at once. */
  close(): void {
    this.room?.transferToFixedLength(0);
    this.room = null;
  }

  private take(length: number): Buffer {
    // Memory that can be resized is the system's own. What is freed of the other kind makes the C library keep as much of
    // what is freed later on: 2 MB.
    this.room ??= new ArrayBuffer(0, { maxByteLength: ROOM_BYTES });
    if (this.room.byteLength < length) this.room.resize(length);
    return Buffer.from(this.room, 0, length);
  }
}
