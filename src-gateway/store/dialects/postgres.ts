import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Logger } from "../../lib/logger.ts";
import type { Store } from "../open-store.ts";
import type { Database } from "../schema.ts";

const INT8 = 20;
const NUMERIC = 1700;

export async function openPostgres(url: string, log: Logger): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    application_name: "tokligence-gateway",
    // Our 64-bit values are times and counts below 2^53; as text they would be compared and added as text.
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as "text"),
    } as pg.CustomTypesConfig,
  });
  // A connection that the server drops while idle is an event, and one without a listener would end the process.
  pool.on("error", (error) => log.warn({ err: error }, "an idle database connection was lost"));
  pool.on("connect", (client) => {
    client.on("error", () => {});
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { dialect: "postgres", db, close: () => db.destroy() };
}
