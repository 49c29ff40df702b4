import { createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import Sqlite from "better-sqlite3";
import pg from "pg";
import { recordMigrations } from "../migrations/record-migrations.ts";
import { bodyFileOf } from "../open-body-store.ts";
import { isPostgresUrl } from "../open-store.ts";
import { type BackupManifest, type BackupPart, checkBackup, readPart } from "./backup-format.ts";
import type { CopyProgress } from "./copy-database.ts";
import { listPostgresTables, MIGRATIONS_TABLE } from "./describe-tables.ts";
import { LineSum } from "./line-sum.ts";
import { loadSqlDump } from "./load-sql-dump.ts";
import { connectPostgres, readOver } from "./postgres-reader.ts";
import { PROGRESS_TABLE } from "./progress-table.ts";
import { refuseForeign } from "./refuse-target.ts";

export interface RestoreOptions {
  file: string;
  ledgerUrl: string;
  identityUrl: string;
  /** Takes the place of what is there. */
  force: boolean;
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

export interface RestoreReport {
  manifest: BackupManifest;
  /** Files that were there before, under the names that they have now. */
  setAside: string[];
}

/**
 * The caller has seen to it that no gateway uses the databases.
 * @throws Error when the backup is damaged, or when something is there and `force` does not say otherwise; before anything
 * is changed.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const manifest = await checkBackup(options.file);
  const targets = manifest.parts.map((part): [BackupPart, string] => [part, targetOf(part, options)]);
  if (!options.force) for (const [, url] of targets) await refuseExisting(url);
  const setAside: string[] = [];
  for (const [part, url] of targets) {
    if (part.dialect === "sqlite") setAside.push(...(await restoreFile(options.file, part, url)));
    else await restoreScript(part, url, options);
  }
  return { manifest, setAside };
}

function targetOf({ name, dialect }: BackupPart, { ledgerUrl, identityUrl }: RestoreOptions): string {
  if (name === "identity" && identityUrl === ledgerUrl)
    throw new Error("The backup has users and keys in a database of their own. Set identity_path, as it was set then.");
  const url = name === "identity" ? identityUrl : ledgerUrl;
  if (isPostgresUrl(url) !== (dialect === "postgres"))
    throw new Error(
      `The backup's ${name} is of ${dialect === "sqlite" ? "SQLite" : "PostgreSQL"}, and the settings name the other one. ` +
        "Restore it into one of its kind, and take it over with `gateway migrate copy`.",
    );
  return name === "bodies" ? bodyFileOf(url) : url;
}

async function refuseExisting(url: string): Promise<void> {
  const hint = "Nothing was changed; --force puts the backup in its place.";
  if (!isPostgresUrl(url)) {
    if (existsSync(url)) throw new Error(`${url} is there already. ${hint}`);
    return;
  }
  const client = await connectPostgres(url);
  try {
    if ((await listPostgresTables(client)).length > 0) throw new Error(`The database holds tables already. ${hint}`);
  } finally {
    await client.end();
  }
}

/** @returns the old files' new names. */
async function restoreFile(backup: string, part: BackupPart, target: string): Promise<string[]> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(dirname(target), ".gateway-restore-"));
  try {
    const draft = join(folder, "restored.db");
    const chunks = Readable.from(readPart(backup, part), { objectMode: true, highWaterMark: 1 });
    await pipeline(chunks, createWriteStream(draft, { mode: 0o600, flush: true }));
    checkFile(draft);
    const setAside: string[] = [];
    const stamp = new Date().toISOString().replaceAll(/[-:]|\..*/g, "");
    // The journal belongs to the old file: left where it is, it would be played into the new one.
    for (const end of ["", "-wal", "-shm"]) {
      if (!existsSync(target + end)) continue;
      await rename(target + end, `${target}.before-${stamp}${end}`);
      setAside.push(`${target}.before-${stamp}${end}`);
    }
    await rename(draft, target);
    return setAside;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkFile(file: string): void {
  const database = new Sqlite(file, { readonly: true });
  try {
    const [answer] = database.prepare<[], string>("pragma quick_check(1)").pluck().all();
    if (answer !== "ok") throw new Error(`What is in the backup is no sound database: ${answer}`);
  } finally {
    database.close();
  }
}

/** In one transaction: either all of the backup is there afterwards, or all that was there before. */
async function restoreScript(part: BackupPart, url: string, options: RestoreOptions): Promise<void> {
  const client = await connectPostgres(url);
  try {
    await client.query("begin");
    await dropOurs(client);
    await loadSqlDump(client, readPart(options.file, part));
    await compareSums(client, part, options);
    await client.query("commit");
    await client.query("analyze");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  } finally {
    await client.end();
  }
}

async function dropOurs(client: pg.Client): Promise<void> {
  const recorded = await recordMigrations("postgres");
  const names = new Set(["bodies", "body_words", MIGRATIONS_TABLE, PROGRESS_TABLE]);
  for (const { tables } of recorded) for (const name of tables) names.add(name);
  const present = await listPostgresTables(client);
  refuseForeign(
    present.filter((name) => !name.startsWith("legacy_")),
    names,
  );
  for (const name of present)
    if (names.has(name)) await client.query(`drop table if exists ${pg.escapeIdentifier(name)} cascade`);
}

async function compareSums(client: pg.Client, { tables = [] }: BackupPart, options: RestoreOptions): Promise<void> {
  const names = new Set(tables.map(({ name }) => name));
  const own = { ledger: names, bodies: new Set<string>(), newRows: new Map<string, number>() };
  const reader = await readOver(client, own, { withBodies: false, ownsClient: false });
  const totalRows = tables.reduce((sum, { rows }) => sum + rows, 0);
  let rows = 0;
  for (const expected of tables) {
    const sum = new LineSum();
    for await (const lines of reader.read(expected)) {
      sum.add(lines);
      rows += lines.length;
      options.onProgress?.({ phase: "check", table: expected.name, rows, totalRows });
    }
    if (sum.rows !== expected.rows || sum.hex !== expected.sum)
      throw new Error(`The table ${expected.name} was not restored as it was. Nothing was changed.`);
  }
}
