import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import pg from "pg";
import type { Logger } from "../../lib/logger.ts";
import type { PoolSettings } from "../../settings/types.ts";
import { describeError } from "../database-errors.ts";
import type { Store } from "../open-store.ts";
import type { Database } from "../schema.ts";

const INT8 = 20;
const NUMERIC = 1700;

/** For those who do not say how many. */
const FEW: PoolSettings = { maxOpen: 10, maxIdle: 10, maxLifetimeMs: 3_600_000, maxIdleMs: 60_000 };

export function openPostgres(url: string, log: Logger, settings: PoolSettings = FEW): Store {
  const pool = new pg.Pool({
    connectionString: url,
    max: settings.maxOpen,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: settings.maxIdleMs,
    maxLifetimeSeconds: settings.maxLifetimeMs / 1000,
    keepAlive: true,
    application_name: "tokligence-gateway",
    // Our 64-bit values are times and counts below 2^53; as text they would be compared and added as text.
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format),
    },
  });
  // A lost connection is an event, and one without a listener ends the process; during a query it is the query's error.
  pool.on("error", (error) => log.warn(describeError(error), "an idle connection to the database was lost"));
  pool.on("connect", (client) => {
    client.on("error", () => {});
  });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: keepingIdle(pool, settings.maxIdle) }) });
  return {
    dialect: "postgres",
    db,
    close: async () => {
      // Closes the pool too, but only if a query was ever asked of it.
      await db.destroy();
      if (!pool.ended && !pool.ending) await pool.end();
    },
  };
}

/** The pool itself knows only a time after which what is idle is closed, no number. */
function keepingIdle(pool: pg.Pool, maxIdle: number): PostgresPool {
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect();
      // Made anew by the pool each time that it hands a connection out.
      const release = client.release.bind(client);
      client.release = (error) => release(error ? error : pool.idleCount >= maxIdle);
      return client;
    },
    end: () => pool.end(),
  };
}
