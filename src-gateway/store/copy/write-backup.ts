import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { stateOf } from "../migrations/migration-state.ts";
import { recordMigrations } from "../migrations/record-migrations.ts";
import { bodyFileOf } from "../open-body-store.ts";
import { isPostgresUrl } from "../open-store.ts";
import {
  BACKUP_FORMAT,
  BACKUP_VERSION,
  type BackupManifest,
  type BackupPart,
  type BackupPartName,
  FORMAT_MEMBER,
  MANIFEST_MEMBER,
  MANIFEST_SUM_MEMBER,
  ZSTD_OPTIONS,
} from "./backup-format.ts";
import type { CopyProgress } from "./copy-database.ts";
import { MIGRATIONS_TABLE } from "./describe-tables.ts";
import { connectPostgres, readOver } from "./postgres-reader.ts";
import { dumpSql } from "./sql-dump.ts";
import { openForReading } from "./sqlite-reader.ts";
import { type TarMember, writeTar } from "./tar-stream.ts";

export interface BackupOptions {
  file: string;
  ledgerUrl: string;
  identityUrl: string;
  withBodies: boolean;
  version: string;
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

/** A script is cut into members of this size, because a tar has to know each one's size before it comes. */
const PIECE_BYTES = 8 * 1024 * 1024;

/**
 * Gateways may go on writing: each database is in the backup as it was at one moment.
 * @throws Error when the file is there already, or when a database cannot be read. Nothing is left behind then.
 */
export async function writeBackup(options: BackupOptions): Promise<BackupManifest> {
  const { file } = options;
  if (existsSync(file)) throw new Error(`${file} is there already. Name another file.`);
  // Beside the target, where the room is that the backup needs; only its owner may look into it.
  const folder = await mkdtemp(join(dirname(file), ".gateway-backup-"));
  try {
    const draft = join(folder, "backup");
    const manifest: BackupManifest = {
      format: BACKUP_FORMAT,
      version: BACKUP_VERSION,
      createdAt: new Date().toISOString(),
      gateway: options.version,
      parts: [],
    };
    await pipeline(
      Readable.from(writeTar(membersOf(options, folder, manifest)), { objectMode: true, highWaterMark: 1 }),
      createZstdCompress(ZSTD_OPTIONS),
      createWriteStream(draft, { mode: 0o600, flags: "wx" }),
    );
    await sync(draft);
    await rename(draft, file);
    return manifest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r+");
  await handle.sync();
  await handle.close();
}

async function* membersOf(options: BackupOptions, folder: string, manifest: BackupManifest): AsyncGenerator<TarMember> {
  yield inMemory(FORMAT_MEMBER, JSON.stringify({ format: BACKUP_FORMAT, version: BACKUP_VERSION }));
  const { ledgerUrl, identityUrl, withBodies } = options;
  const sources: [name: BackupPartName, url: string][] = [["ledger", ledgerUrl]];
  if (identityUrl !== ledgerUrl) sources.push(["identity", identityUrl]);
  if (withBodies && !isPostgresUrl(ledgerUrl) && existsSync(bodyFileOf(ledgerUrl)))
    sources.push(["bodies", bodyFileOf(ledgerUrl)]);
  for (const [name, url] of sources) {
    const part: BackupPart = { name, dialect: isPostgresUrl(url) ? "postgres" : "sqlite", members: [] };
    yield* part.dialect === "sqlite" ? snapshot(url, part, folder) : script(url, part, options);
    manifest.parts.push(part);
  }
  const text = JSON.stringify(manifest, null, 1);
  yield inMemory(MANIFEST_MEMBER, text);
  yield inMemory(MANIFEST_SUM_MEMBER, `${createHash("sha256").update(text).digest("hex")}\n`);
}

function inMemory(path: string, content: string | Buffer): TarMember {
  const bytes = Buffer.from(content);
  return { path, size: bytes.length, body: [bytes] };
}

async function* snapshot(url: string, part: BackupPart, folder: string): AsyncGenerator<TarMember> {
  const path = join(folder, "snapshot.db");
  const source = openForReading(url);
  try {
    // Outside of a transaction, and a snapshot of itself; a writer is not held up by it.
    source.exec("commit");
    source.prepare("vacuum into ?").run(path);
  } finally {
    source.close();
  }
  const { size } = await stat(path);
  const sum = createHash("sha256");
  const member = `${part.name}/${part.name}.db`;
  yield { path: member, size, body: hashed(createReadStream(path, { highWaterMark: 1024 * 1024 }), sum) };
  part.members.push({ path: member, bytes: size, sha256: sum.digest("hex") });
  await rm(path);
}

async function* hashed(chunks: AsyncIterable<Buffer>, sum: { update(chunk: Buffer): unknown }): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    sum.update(chunk);
    yield chunk;
  }
}

async function* script(url: string, part: BackupPart, options: BackupOptions): AsyncGenerator<TarMember> {
  const client = await connectPostgres(url);
  try {
    const { rows } = await client.query<{ name: string; applied_at: string }>(
      `select name, applied_at from ${MIGRATIONS_TABLE}`,
    );
    const migrations = stateOf(new Map(rows.map(({ name, applied_at }) => [name, applied_at])));
    const tables = await tablesAt(new Set(rows.map(({ name }) => name)));
    const own = { ledger: tables, bodies: new Set(options.withBodies ? ["bodies", "body_words"] : []) };
    const reader = await readOver(client, { ...own, newRows: new Map() }, { withBodies: true, ownsClient: true });
    const title = `Tokligence Gateway ${options.version}, ${part.name}`;
    const dump = dumpSql(reader, { migrations, title, onProgress: options.onProgress });
    let piece: string[] = [];
    let bytes = 0;
    for (;;) {
      const { value, done } = await dump.next();
      if (done === true) part.tables = value;
      else {
        piece.push(value);
        bytes += value.length;
      }
      if (done !== true && bytes < PIECE_BYTES) continue;
      const content = Buffer.from(piece.join(""));
      const path = `${part.name}/${String(part.members.length + 1).padStart(6, "0")}.sql`;
      yield inMemory(path, content);
      part.members.push({ path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") });
      piece = [];
      bytes = 0;
      if (done === true) return;
    }
  } finally {
    await client.end();
  }
}

/** Also of a database that an older version has left. @throws Error when a newer one has written it. */
async function tablesAt(applied: ReadonlySet<string>): Promise<Set<string>> {
  const recorded = await recordMigrations("postgres");
  const last = recorded.findLastIndex(({ name }) => applied.has(name));
  const isWhole = recorded.slice(0, last + 1).every(({ name }) => applied.has(name)) && applied.size === last + 1;
  if (!isWhole)
    throw new Error("The database was written by another version of the gateway. Make the backup with that.");
  return new Set(recorded[last]?.tables ?? []);
}
