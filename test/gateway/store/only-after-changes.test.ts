import { expect, it } from "vitest";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { onlyAfterChanges } from "../../../src-gateway/store/only-after-changes.ts";
import { openStore, type Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, describeOnSqlite } from "../../suites/store.suite.ts";

const change = ({ db }: Store, name: string): Promise<unknown> =>
  db.insertInto("feature_flags").values({ name, rule: "{}", updated_at: 1, updated_by: null }).execute();

describeOnSqlite("a look into the database", (database) => {
  it("is taken only after something was changed, by this connection or by another one", async () => {
    const store = await database.open();
    const other = await openStore({ url: database.url, log: silentLogger });
    let looks = 0;
    const look = onlyAfterChanges(store, async () => void looks++);
    await look();
    await look();
    expect(looks).toBe(1);
    await change(other, "a");
    await look();
    await look();
    expect(looks).toBe(2);
    await change(store, "b");
    await look();
    await look();
    expect(looks).toBe(3);
    await other.close();
  });
});

describeOnBothDatabases("a look into the database that failed", (database) => {
  it("is taken again", async () => {
    const store = await database.open();
    let looks = 0;
    const look = onlyAfterChanges(store, async () => {
      if (++looks === 1) throw new Error("away");
    });
    await expect(look()).rejects.toThrow("away");
    await look();
    expect(looks).toBe(2);
  });
});
