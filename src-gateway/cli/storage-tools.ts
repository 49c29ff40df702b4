/** What the entry hands to the command line for work on databases themselves. Loaded only by the commands that need it. */
import type { Settings } from "../settings/types.ts";

export interface StorageProgress {
  phase: "copy" | "check";
  table: string;
  rows: number;
  totalRows: number;
}

export interface MigrationLine {
  /** File, or address without user and password. */
  database: string;
  name: string;
  /** ISO time; null where it is missing. */
  appliedAt: string | null;
  /** Of a later version of the gateway. */
  isNewer: boolean;
}

export interface CopiedTableLine {
  name: string;
  rows: number;
  sum: string;
}

export interface BackupView {
  createdAt: string;
  gateway: string;
  parts: { name: string; dialect: string; bytes: number }[];
}

interface WithProgress {
  onProgress: (progress: StorageProgress) => void;
}

export interface CopyQuestion extends WithProgress {
  /** A file, a `postgres://` address, or `sqlite` or `postgres` for the one that is configured. */
  from: string;
  to: string;
  withBodies: boolean;
}

export interface StorageTools {
  migrationState(settings: Settings): Promise<MigrationLine[]>;
  /** What `migrateUp` would say to a database without rows. @throws Error when a newer version has written it. */
  migrationPlan(settings: Settings): Promise<{ database: string; name: string; statements: string[] }[]>;
  /** @returns what was missing before. */
  migrateUp(settings: Settings): Promise<MigrationLine[]>;
  exportSql(settings: Settings, question: CopyQuestion): Promise<CopiedTableLine[]>;
  copy(settings: Settings, question: CopyQuestion): Promise<{ tables: CopiedTableLine[]; isResumed: boolean }>;
  backup(settings: Settings, question: WithProgress & { file: string; withBodies: boolean }): Promise<BackupView>;
  /** @returns also the names that files have now that were there before. */
  restore(
    settings: Settings,
    question: WithProgress & { file: string; force: boolean },
  ): Promise<BackupView & { setAside: string[] }>;
  /** False also lets a file be opened that is none of ours, which then says so. */
  isSealedExport(file: string): Promise<boolean>;
  /** What `gateway export` has written, without its ledger, to be handed on; sealed with the same passphrase. */
  openExport(file: string, passphrase: string | null): Promise<{ content: Buffer; ledgerBytes: number }>;
  /** Writes an export once more, with the databases. */
  sealLedger(
    settings: Settings,
    question: WithProgress & { file: string; content: Buffer; passphrase: string; withBodies: boolean },
  ): Promise<void>;
  /** Puts the databases of an export in the place of those here, with what keyed the hashes in them. */
  takeLedger(
    settings: Settings,
    question: WithProgress & { file: string; passphrase: string; force: boolean },
  ): Promise<{ setAside: string[]; undo(): Promise<void> }>;
  /** Reads all of a backup and compares its sums. */
  checkBackup(file: string): Promise<BackupView>;
}
