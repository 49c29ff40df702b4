/** What an error of a database means for the statement that met it. */
const SQLITE_PASSING = /^SQLITE_(?:BUSY|LOCKED|IOERR|FULL|PROTOCOL|READONLY|CANTOPEN)/;
const SQLITE_ROW = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG|RANGE)/;
/** Connections, resources, shutdown and start, read-only after a failover, serialisation, deadlock, lock timeout. */
const POSTGRES_PASSING = /^(?:08...|53...|57P..|58...|25006|40001|40P01|55P03)$/;
/** Values that do not fit, constraints, the same row twice in one statement, rows or index entries that are too large. */
const POSTGRES_ROW = /^(?:22...|23...|21000|54000)$/;
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
/** The driver says these in words only. */
const LOST_CONNECTION =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|connection ended unexpectedly/i;

export function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : "";
}

/** Another process or connection is in the way at this moment; nothing was changed, and the same can be tried again. */
export const isBusy = (thrown: unknown): boolean =>
  /^(?:SQLITE_(?:BUSY|LOCKED).*|40001|40P01|55P03)$/.test(codeOf(thrown));

/** The database cannot be used now, whatever the statement says: locked, full, restarting, out of reach. */
export function isTransient(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (SQLITE_PASSING.test(code) || POSTGRES_PASSING.test(code) || NETWORK.has(code)) return true;
  return thrown instanceof Error && LOST_CONNECTION.test(thrown.message);
}

/** The values of the statement will be refused by every working database of this schema. */
export function isRowAtFault(thrown: unknown): boolean {
  const code = codeOf(thrown);
  // better-sqlite3 says TypeError or RangeError of a value that it cannot hand over.
  return (
    SQLITE_ROW.test(code) || POSTGRES_ROW.test(code) || thrown instanceof TypeError || thrown instanceof RangeError
  );
}

export const isUniqueViolation = (thrown: unknown): boolean =>
  ["23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"].includes(codeOf(thrown));

/** A row that another one names is not there, or is still named when it should go. */
export const isForeignKeyViolation = (thrown: unknown): boolean =>
  ["23503", "SQLITE_CONSTRAINT_FOREIGNKEY"].includes(codeOf(thrown));

/** For the log. The driver's own error objects also carry rows and parameters. */
export function describeError(thrown: unknown): { code: string; problem: string } {
  return { code: codeOf(thrown), problem: thrown instanceof Error ? thrown.message : String(thrown) };
}
