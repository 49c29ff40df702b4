/** Work on the databases themselves, for the command line: migrations, copies, backups. No gateway has to run for it. */
import { createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BackupView, CopyQuestion, MigrationLine, StorageTools } from "../cli/storage-tools.ts";
import { silentLogger } from "../lib/logger.ts";
import type { Settings } from "../settings/types.ts";
import { type BackupManifest, checkBackup } from "../store/copy/backup-format.ts";
import { type CopiedTable, copyDatabase } from "../store/copy/copy-database.ts";
import type { TableReader, TableWriter } from "../store/copy/copy-types.ts";
import { type OwnTables, readOwnTables } from "../store/copy/describe-tables.ts";
import { openPostgresReader } from "../store/copy/postgres-reader.ts";
import { openPostgresWriter } from "../store/copy/postgres-writer.ts";
import { type RestoreReport, restoreBackup } from "../store/copy/restore-backup.ts";
import { type DumpedTable, dumpSql } from "../store/copy/sql-dump.ts";
import { openSqliteReader } from "../store/copy/sqlite-reader.ts";
import { openSqliteWriter } from "../store/copy/sqlite-writer.ts";
import { writeBackup } from "../store/copy/write-backup.ts";
import { requireCurrent, requireNotNewer } from "../store/migrations/migration-state.ts";
import { recordMigrations } from "../store/migrations/record-migrations.ts";
import { isPostgresUrl, lookAtMigrations, nameOf, openStore } from "../store/open-store.ts";
import { refuseLiving } from "./refuse-living.ts";
import { transferStorage } from "./transfer-storage.ts";

/** @param cwd where relative paths start. */
export function createStorageTools(cwd: string): StorageTools {
  return {
    migrationState,
    migrationPlan,
    async migrateUp(settings) {
      const before = await migrationState(settings);
      for (const url of databasesOf(settings)) await (await openStore({ url, log: silentLogger })).close();
      return before.filter(({ appliedAt }) => appliedAt === null);
    },
    exportSql: (settings, question) => exportSql(settings, question, cwd),
    copy: (settings, question) => copy(settings, question, cwd),
    async backup(settings, { file, withBodies, onProgress }) {
      const { ledgerUrl, identityUrl } = settings;
      const path = resolve(cwd, file);
      const manifest = await writeBackup({
        file: path,
        ledgerUrl,
        identityUrl,
        withBodies,
        version: __VERSION__,
        onProgress,
      });
      return viewOf(manifest);
    },
    async restore(settings, { file, force, onProgress }) {
      const { ledgerUrl, identityUrl } = settings;
      for (const url of databasesOf(settings)) await refuseLiving(url);
      const path = resolve(cwd, file);
      const report: RestoreReport = await restoreBackup({ file: path, ledgerUrl, identityUrl, force, onProgress });
      return { ...viewOf(report.manifest), setAside: report.setAside };
    },
    ...transferStorage,
    checkBackup: async (file) => viewOf(await checkBackup(resolve(cwd, file))),
  };
}

const databasesOf = ({ ledgerUrl, identityUrl }: Settings): string[] => [...new Set([ledgerUrl, identityUrl])];

async function migrationState(settings: Settings): Promise<MigrationLine[]> {
  const lines: MigrationLine[] = [];
  for (const url of databasesOf(settings)) {
    for (const state of await lookAtMigrations(url)) lines.push({ database: nameOf(url), ...state });
  }
  return lines;
}

async function migrationPlan(settings: Settings): ReturnType<StorageTools["migrationPlan"]> {
  const plan: Awaited<ReturnType<StorageTools["migrationPlan"]>> = [];
  for (const url of databasesOf(settings)) {
    const state = await lookAtMigrations(url);
    requireNotNewer(state, `The database ${nameOf(url)}`);
    const missing = new Set(state.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name));
    for (const { name, statements } of await recordMigrations(isPostgresUrl(url) ? "postgres" : "sqlite"))
      if (missing.has(name)) plan.push({ database: nameOf(url), name, statements });
  }
  return plan;
}

const viewOf = ({ createdAt, gateway, parts }: BackupManifest): BackupView => ({
  createdAt,
  gateway,
  parts: parts.map(({ name, dialect, members }) => ({
    name,
    dialect,
    bytes: members.reduce((sum, { bytes }) => sum + bytes, 0),
  })),
});

/** @throws Error when the word names a kind of database that is not there. */
function sourceOf(word: string, settings: Settings, cwd: string): string {
  if (isPostgresUrl(word)) return word;
  if (word !== "sqlite" && word !== "postgres") return isAbsolute(word) ? word : resolve(cwd, word);
  const { ledgerUrl, dataDir } = settings;
  if (isPostgresUrl(ledgerUrl) === (word === "postgres")) return ledgerUrl;
  const usual = join(dataDir, "ledger.db");
  if (word === "sqlite" && existsSync(usual)) return usual;
  throw new Error(
    `The configured ledger is ${nameOf(ledgerUrl)}. Name the source itself: a file, or a postgres:// address.`,
  );
}

async function openReader(url: string, own: OwnTables, withBodies: boolean): Promise<TableReader> {
  if (!isPostgresUrl(url) && !existsSync(url)) throw new Error(`There is no database ${url}.`);
  requireCurrent(await lookAtMigrations(url), `The database ${nameOf(url)}`);
  return isPostgresUrl(url) ? openPostgresReader(url, own, withBodies) : openSqliteReader(url, own, withBodies);
}

async function exportSql(settings: Settings, question: CopyQuestion, cwd: string): Promise<CopiedTable[]> {
  const file = resolve(cwd, question.to);
  if (existsSync(file)) throw new Error(`${file} is there already. Name another file.`);
  const from = sourceOf(question.from, settings, cwd);
  const source = await openReader(from, await readOwnTables(), question.withBodies);
  const draft = `${file}.part`;
  try {
    let tables: DumpedTable[] = [];
    const title = `Tokligence Gateway ${__VERSION__}, from ${nameOf(from)}`;
    const migrations = await lookAtMigrations(from);
    const pieces = async function* (): AsyncGenerator<string> {
      tables = yield* dumpSql(source, { migrations, title, onProgress: question.onProgress });
    };
    await pipeline(
      Readable.from(pieces(), { objectMode: true, highWaterMark: 1 }),
      createWriteStream(draft, { mode: 0o600, flags: "w", flush: true }),
    );
    await rename(draft, file);
    return tables.map(({ name, rows, sum }) => ({ name, rows, sum }));
  } finally {
    await source.close();
    await rm(draft, { force: true });
  }
}

async function copy(settings: Settings, question: CopyQuestion, cwd: string): ReturnType<StorageTools["copy"]> {
  const from = sourceOf(question.from, settings, cwd);
  const to = isPostgresUrl(question.to) ? question.to : resolve(cwd, question.to);
  if (from === to) throw new Error("Source and target are the same database.");
  await refuseLiving(from);
  const own = await readOwnTables();
  const source = await openReader(from, own, question.withBodies);
  try {
    const parts = isPostgresUrl(to)
      ? (["all"] as const)
      : question.withBodies
        ? (["ledger", "bodies"] as const)
        : (["ledger"] as const);
    const tables: CopiedTable[] = [];
    let isResumed = false;
    for (const part of parts) {
      const target: TableWriter =
        part === "all" ? await openPostgresWriter(to, own) : await openSqliteWriter(to, own, part);
      try {
        const report = await copyDatabase(source, target, {
          sourceName: nameOf(from),
          onProgress: question.onProgress,
        });
        tables.push(...report.tables);
        isResumed ||= report.isResumed;
      } finally {
        await target.close();
      }
    }
    return { tables, isResumed };
  } finally {
    await source.close();
  }
}
