import type { Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";
import type { SealedRow, SealedRows } from "./types.ts";

/** Sealed values in the database, so that replicas share them. */
export function createSealedTable({ db }: Pick<Store, "db">): SealedRows {
  const select = () => db.selectFrom("sealed_secrets").select(["name", "sealed", "updated_at as updatedAtUs"]);
  return {
    place: "database",
    all: (): Promise<SealedRow[]> => select().orderBy("name").execute(),
    get: async (name) => (await select().where("name", "=", name).executeTakeFirst()) ?? null,
    async put({ name, sealed, updatedAtUs }) {
      const values = { sealed, updated_at: updatedAtUs };
      await whileBusy(() =>
        db
          .insertInto("sealed_secrets")
          .values({ name, ...values })
          .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
          .execute(),
      );
    },
    async remove(name) {
      const [result] = await whileBusy(() => db.deleteFrom("sealed_secrets").where("name", "=", name).execute());
      return (result?.numDeletedRows ?? 0n) > 0n;
    },
    async version() {
      const { max, count } = await db
        .selectFrom("sealed_secrets")
        .select(({ fn }) => [fn.max("updated_at").as("max"), fn.countAll().as("count")])
        .executeTakeFirstOrThrow();
      return `${max ?? 0}/${count}`;
    },
  };
}
