import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";
import { isOnFor } from "./decide.ts";
import { FLAGS } from "./flag-table.ts";
import type { FlagName, FlagRule, FlagState, Flags } from "./types.ts";

interface Decided {
  rule: FlagRule;
  updatedAtUs: number;
  updatedBy: string | null;
}

/** What is decided is asked in memory; `look` keeps that current. */
export function createFlags(options: {
  store: Pick<Store, "db">;
  environment: "dev" | "test" | "live";
  clock: Clock;
}): Flags {
  const { store, environment, clock } = options;
  const { db } = store;
  let decided = new Map<string, Decided>();

  const stateOf = (name: FlagName): FlagState => {
    const { rule = null, updatedAtUs = null, updatedBy = null } = decided.get(name) ?? {};
    const row = FLAGS[name];
    return { ...row, rule, updatedAtUs, updatedBy, isOn: isOnFor(row, rule, environment, null) };
  };
  const look = async (): Promise<void> => {
    const rows = await db.selectFrom("feature_flags").selectAll().execute();
    decided = new Map(
      rows.map(({ name, rule, updated_at, updated_by }) => [
        name,
        { rule: JSON.parse(rule) as FlagRule, updatedAtUs: updated_at, updatedBy: updated_by },
      ]),
    );
  };
  return {
    isOn: (name, userId = null) => isOnFor(FLAGS[name], decided.get(name)?.rule ?? null, environment, userId),
    list: () => Object.values(FLAGS).map(({ name }) => stateOf(name as FlagName)),
    look,
    async decide(name, rule, author) {
      if (!isFlag(name)) {
        const names = Object.keys(FLAGS).join(", ");
        throw new GatewayError("not_found", `There is no flag "${name.slice(0, 60)}". There are: ${names}.`);
      }
      const values = { rule: JSON.stringify(rule), updated_at: clock.nowUs(), updated_by: author };
      await whileBusy<unknown>(() =>
        rule === null
          ? db.deleteFrom("feature_flags").where("name", "=", name).execute()
          : db
              .insertInto("feature_flags")
              .values({ name, ...values })
              .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
              .execute(),
      );
      await look();
      return stateOf(name);
    },
  };
}

const isFlag = (name: string): name is FlagName => Object.hasOwn(FLAGS, name);
