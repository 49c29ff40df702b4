/** Several processes that serve as one: how many, whether they may, and what each of them is told. */
import { join, parse } from "node:path";
import { isPostgres } from "./check-value.ts";
import { type Settings, SettingsError } from "./types.ts";

/** More than any machine has use for; a typing error must not start thousands. */
const MAX_WORKERS = 256;

/** @throws SettingsError when it is no number of workers, or when they could not count and write together. */
export function readWorkerCount(
  text: string | undefined,
  { ledgerUrl, identityUrl, redis }: Pick<Settings, "ledgerUrl" | "identityUrl" | "redis">,
): number {
  if (text === undefined) return 1;
  const refuse = (problem: string, hint: string): SettingsError =>
    new SettingsError([{ where: "--workers", key: "workers", problem, hint }]);
  const count = Number(text);
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_WORKERS))
    throw refuse(`"${text}" is no number of processes`, `1 to ${MAX_WORKERS}`);
  if (count === 1) return count;
  const missing = [
    ...(isPostgres(ledgerUrl) && isPostgres(identityUrl)
      ? []
      : ["PostgreSQL (ledger_path = postgres://…), because a SQLite file has one writer"]),
    ...(redis === null ? ["Redis (redis_url), because budgets and rate limits are counted once for all of them"] : []),
  ];
  if (missing.length > 0) throw refuse(`several processes need ${missing.join(", and ")}`, "or leave --workers out");
  return count;
}

/** The first one answers the command line of this machine and asks for new versions; all of them are replicas. */
export function settingsOfWorker(settings: Settings, number: number): Settings {
  const own = { ...settings, worker: { number } };
  if (number === 1) return own;
  return {
    ...own,
    logFile: settings.logFile === null ? null : beside(settings.logFile, number),
    updates: { ...settings.updates, baseUrl: null, offBecause: "the first worker asks" },
  };
}

/** Two processes cannot turn one file over. */
export function beside(path: string, worker: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.worker-${worker}${ext}`);
}
