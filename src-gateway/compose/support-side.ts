/** Gathers what somebody who helps needs to know; support/ takes out what is nobody's business. */
import { open, stat } from "node:fs/promises";
import { arch, homedir, platform, release, totalmem } from "node:os";
import { sql } from "kysely";
import { valueOf } from "../revisions/edit-document.ts";
import { bodyFileOf } from "../store/open-body-store.ts";
import { isPostgresUrl } from "../store/open-store.ts";
import { type BundleFacts, makeBundle, type SupportBundle } from "../support/bundle.ts";
import { createScrub } from "../support/scrub.ts";
import { type AdminSideInput } from "./admin-side.ts";
import { providerViews, statusView } from "./admin-views.ts";
import { healthView } from "./health-side.ts";
import type { Parts } from "./parts.ts";

const MAX_LOG_BYTES = 256 * 1024;
const MAX_LOG_LINES = 500;
const MAX_ERRORS = 50;

export async function supportBundle(input: AdminSideInput): Promise<SupportBundle> {
  const { parts } = input;
  const { redactor, settings } = parts;
  const scrub = createScrub({
    redact: (text) => redactor.redact(text),
    names: await namesOf(parts),
    homes: [homedir(), settings.dataDir],
  });
  return makeBundle(await factsOf(input), scrub);
}

async function factsOf(input: AdminSideInput): Promise<BundleFacts> {
  const { parts } = input;
  const { settings, config, configuration } = parts;
  // Addresses, folders and notices are told by the settings.
  const { url: _url, consoleUrl: _console, dataDir: _folder, ...status } = statusView(input);
  const { text } = await configuration.desk.document();
  return {
    versions: {
      gateway: __VERSION__,
      node: process.versions.node,
      electron: process.versions["electron"] ?? null,
      system: `${platform()} ${release()} ${arch()}`,
      memoryBytes: totalmem(),
      residentBytes: process.memoryUsage.rss(),
      database: parts.ledgerStore.dialect,
    },
    status: { ...status, uptimeSeconds: Math.round(process.uptime()), diskProblem: input.diskProblem?.() ?? null },
    settings: settings.explained.filter(({ source }) => source !== "default"),
    // Read and written anew: comments may say anything.
    configuration: { problem: config.lastProblem()?.problems ?? null, document: valueOf(text) ?? null },
    providers: providerViews(parts),
    health: healthView(parts),
    errors: await lastErrors(parts),
    storage: await sizesOf(parts),
    log: settings.logFile === null ? null : await tailOf(settings.logFile),
  };
}

/** What went wrong, when and where; never the words of a request, an answer or a provider. */
async function lastErrors({ requestLog }: Parts): Promise<unknown[]> {
  const records = await requestLog.list({ failedOnly: true, limit: MAX_ERRORS });
  return records.map((record) => ({
    at: new Date(record.id / 1_000).toISOString(),
    surface: record.surface,
    model: record.modelRouted,
    provider: record.provider,
    outcome: record.outcome,
    status: record.status,
    code: record.errorCode,
    attempts: record.attempts.length,
  }));
}

async function sizesOf({ settings, ledgerStore }: Parts): Promise<Record<string, number | null>> {
  const { ledgerUrl, identityUrl } = settings;
  const size = (path: string): Promise<number | null> =>
    stat(path).then(
      (found) => found.size,
      () => null,
    );
  if (!isPostgresUrl(ledgerUrl)) {
    return {
      ledgerBytes: await size(ledgerUrl),
      ledgerJournalBytes: await size(`${ledgerUrl}-wal`),
      bodiesBytes: await size(bodyFileOf(ledgerUrl)),
      identityBytes: identityUrl === ledgerUrl || isPostgresUrl(identityUrl) ? null : await size(identityUrl),
    };
  }
  const { rows } = await sql<{ bytes: string }>`select pg_database_size(current_database()) as bytes`.execute(
    ledgerStore.db,
  );
  return { ledgerBytes: Number(rows[0]?.bytes ?? 0) };
}

async function tailOf(path: string): Promise<string[]> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - MAX_LOG_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MAX_LOG_BYTES)), 0, undefined, from);
      const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
      // The first one is half a line, where there was more before it.
      return lines.slice(from > 0 ? 1 : 0, -1).slice(-MAX_LOG_LINES);
    } finally {
      await file.close();
    }
  } catch (error) {
    return [`The log cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`];
  }
}

async function namesOf({ identityStore: { db } }: Parts): Promise<string[]> {
  const users = await db.selectFrom("users").select(["display_name", "email"]).execute();
  const groups = [
    ...(await db.selectFrom("teams").select("name").execute()),
    ...(await db.selectFrom("projects").select("name").execute()),
    ...(await db.selectFrom("api_keys").select("name").execute()),
  ];
  // Whoever is called Ann Smith is also called Ann.
  const people = users.flatMap(({ display_name, email }) => [display_name, ...display_name.split(/\s+/), email]);
  return [...people, ...groups.map(({ name }) => name)].filter((name) => !COMMON.has(name.toLowerCase()));
}

/** What the program itself calls things. */
const COMMON = new Set([
  "default",
  "service account",
  "service",
  "account",
  "root",
  "admin",
  "administrator",
  "first key",
]);
