/** Errors of a database that pass by themselves: locked, restarting, connection lost. The same statement may be tried again. */
const SQLITE_BUSY = /^SQLITE_(?:BUSY|LOCKED|IOERR|FULL)/;
const POSTGRES_STATES = /^(?:08|53|57P|40001|40P01|55P03)/;
const NETWORK = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "ENOENT"]);

export function isTransient(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as NodeJS.ErrnoException;
  if (code !== undefined && (SQLITE_BUSY.test(code) || POSTGRES_STATES.test(code) || NETWORK.has(code))) return true;
  return /Connection terminated|connection timeout|Client has encountered a connection error|database is locked/i.test(thrown.message);
}
