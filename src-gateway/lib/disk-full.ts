/** Of the operating system (no space, no quota), SQLite and PostgreSQL. */
const CODES: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL", "53100"]);

/** Whether a file or a database could not be written for want of space. */
export function isDiskFull(thrown: unknown): boolean {
  return thrown instanceof Error && (CODES.has((thrown as { code?: unknown }).code) || isDiskFull(thrown.cause));
}
