import { sql } from "kysely";
import { expect, it } from "vitest";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import { connectPlainly } from "../../support/plain-connection.ts";

describeOnPostgres("the pool of connections", (database) => {
  it("opens as many as it may, and keeps as few as it should", async () => {
    const pool = { maxOpen: 3, maxIdle: 1, maxLifetimeMs: 0, maxIdleMs: 0 };
    const store = await openStore({ url: database.url, log: silentLogger, pool });
    const plain = await connectPlainly(database);
    const connections = async (): Promise<number> => {
      const rows = await plain.all(
        "select pid from pg_stat_activity where datname = current_database() and application_name = 'tokligence-gateway'",
      );
      return rows.length;
    };
    const work = Promise.all(Array.from({ length: 8 }, () => sql`select pg_sleep(0.2)`.execute(store.db)));
    await expect.poll(connections, { interval: 10 }).toBe(3);
    await work;
    await expect.poll(connections, { interval: 10 }).toBe(1);
    await plain.close();
    await store.close();
  });
});
