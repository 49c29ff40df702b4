import { existsSync } from "node:fs";
import { hostname } from "node:os";
import Sqlite from "better-sqlite3";
import { isPostgresUrl } from "../open-store.ts";
import { connectPostgres } from "./postgres-reader.ts";

interface Run {
  host: string;
  pid: number;
  heartbeat: number;
}

/** A run that was silent for this long is over. */
const SILENT_MS = 60_000;
const QUERY = "select host, pid, heartbeat_at as heartbeat from instances where stopped_at is null";

/** Gateways that use a database right now, in words. Of a database that cannot be asked, none. */
export async function livingRuns(url: string, nowMs: number): Promise<string[]> {
  const runs = await (isPostgresUrl(url) ? askPostgres(url) : askSqlite(url)).catch((): Run[] => []);
  return runs.filter((run) => isAlive(run, nowMs)).map(({ host, pid }) => `process ${pid} on ${host.split(" ")[0]}`);
}

async function askPostgres(url: string): Promise<Run[]> {
  const client = await connectPostgres(url);
  try {
    const { rows } = await client.query<{ host: string; pid: string; heartbeat: string }>(QUERY);
    return rows.map((run) => ({ ...run, pid: Number(run.pid), heartbeat: Number(run.heartbeat) }));
  } finally {
    await client.end();
  }
}

async function askSqlite(file: string): Promise<Run[]> {
  if (!existsSync(file)) return [];
  const database = new Sqlite(file, { readonly: true, timeout: 2_000 });
  try {
    return database.prepare<[], Run>(QUERY).all();
  } finally {
    database.close();
  }
}

function isAlive({ host, pid, heartbeat }: Run, nowMs: number): boolean {
  if (nowMs - heartbeat / 1000 > SILENT_MS) return false;
  if (host.split(" ")[0] !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // In another container of this machine the number means another process.
    return (error as NodeJS.ErrnoException).code !== "ESRCH" || host.includes(" ");
  }
}
