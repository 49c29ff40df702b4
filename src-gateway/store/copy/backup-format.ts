/**
 * A backup is a tar compressed with zstd. An SQLite file lies in it as it is, a PostgreSQL database as the script of
 * sql-dump.ts in pieces; the manifest at the end says what there is and what each piece sums up to.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { constants, createZstdDecompress } from "node:zlib";
import type { DialectName } from "../open-store.ts";
import type { DumpedTable } from "./sql-dump.ts";
import { readTar, type TarMember } from "./tar-stream.ts";

export const BACKUP_FORMAT = "tokligence-gateway-backup";
export const BACKUP_VERSION = 1;
export const FORMAT_MEMBER = "format.json";
export const MANIFEST_MEMBER = "manifest.json";
export const MANIFEST_SUM_MEMBER = "manifest.sha256";
export const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

/** `bodies` is there only beside an SQLite ledger: PostgreSQL has them in the ledger's database. */
export const BACKUP_PARTS = ["ledger", "identity", "bodies"] as const;
export type BackupPartName = (typeof BACKUP_PARTS)[number];

export interface BackupPart {
  name: BackupPartName;
  dialect: DialectName;
  /** What there is of this part, in order. */
  members: { path: string; bytes: number; sha256: string }[];
  /** Of a script. */
  tables?: DumpedTable[];
}

export interface BackupManifest {
  format: typeof BACKUP_FORMAT;
  version: number;
  createdAt: string;
  gateway: string;
  parts: BackupPart[];
}

/** The members of a backup. @throws Error when it is none. */
async function* readMembers(file: string): AsyncGenerator<TarMember> {
  const unpacked = createZstdDecompress();
  // Who leaves early wants to hear of no error any more.
  pipeline(createReadStream(file), unpacked, () => {});
  let isFirst = true;
  try {
    for await (const member of readTar(unpacked)) {
      if (isFirst && member.path !== FORMAT_MEMBER) throw new Error("it is no backup of a gateway");
      isFirst = false;
      yield member;
    }
  } finally {
    unpacked.destroy();
  }
}

/** Reads all of it and compares all sums. Nothing is written. @throws Error with what is wrong. */
export async function checkBackup(file: string): Promise<BackupManifest> {
  try {
    const found = new Map<string, { bytes: number; sha256: string }>();
    let manifestText = "";
    let manifestSum = "";
    for await (const { path, size, body } of readMembers(file)) {
      const sum = createHash("sha256");
      const kept: Buffer[] = [];
      for await (const chunk of body) {
        sum.update(chunk);
        if (path.startsWith("manifest.") || path === FORMAT_MEMBER) kept.push(chunk);
      }
      const text = Buffer.concat(kept).toString();
      if (path === FORMAT_MEMBER) requireKnown(text);
      else if (path === MANIFEST_MEMBER) manifestText = text;
      else if (path === MANIFEST_SUM_MEMBER) manifestSum = text.trim();
      else found.set(path, { bytes: size, sha256: sum.digest("hex") });
    }
    if (createHash("sha256").update(manifestText).digest("hex") !== manifestSum)
      throw new Error("its manifest is not the one that was written");
    const manifest = JSON.parse(manifestText) as BackupManifest;
    compare(manifest, found);
    return manifest;
  } catch (error) {
    throw new Error(`The backup ${file} cannot be used: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}

function requireKnown(text: string): void {
  const { format, version } = JSON.parse(text) as Partial<BackupManifest>;
  if (format !== BACKUP_FORMAT) throw new Error("it is no backup of a gateway");
  if (version !== BACKUP_VERSION) throw new Error("it was made by a newer version of the gateway");
}

function compare(manifest: BackupManifest, found: Map<string, { bytes: number; sha256: string }>): void {
  for (const { path, bytes, sha256 } of manifest.parts.flatMap(({ members }) => members)) {
    const there = found.get(path);
    found.delete(path);
    if (there === undefined) throw new Error(`${path} is missing`);
    if (there.bytes !== bytes || there.sha256 !== sha256) throw new Error(`${path} is not what was written`);
  }
  const [extra] = found.keys();
  if (extra !== undefined) throw new Error(`${extra} does not belong to it`);
}

/** The bytes of one part, its members one after the other. */
export async function* readPart(file: string, part: BackupPart): AsyncGenerator<Buffer> {
  const wanted = new Set(part.members.map(({ path }) => path));
  for await (const { path, body } of readMembers(file)) {
    if (wanted.delete(path)) yield* body;
    if (wanted.size === 0) return;
  }
}
