import type { Store } from "../store/open-store.ts";

export interface HookCount {
  waiting: number;
  dead: number;
  lastDeliveredAtUs: number | null;
  /** Of the last try that failed, when none has worked since. */
  lastProblem: string | null;
}

export interface HookCounts {
  /** By the hook's name. */
  read(): Promise<Map<string, HookCount>>;
}

export function createHookCounts({ db }: Store): HookCounts {
  return {
    async read() {
      const states = await db
        .selectFrom("hook_deliveries")
        .select((of) => ["hook", "state", of.fn.countAll().as("rows"), of.fn.max("ended_at").as("ended")])
        .groupBy(["hook", "state"])
        .execute();
      const problems = await db
        .selectFrom("hook_deliveries")
        .select(["hook", "last_problem", "last_at"])
        .where("id", "in", (of) =>
          of
            .selectFrom("hook_deliveries")
            .select((id) => id.fn.max("id").as("id"))
            .where("last_problem", "is not", null)
            .groupBy("hook"),
        )
        .execute();
      const counts = new Map<string, HookCount>();
      for (const { hook, state, rows, ended } of states) {
        const count = counts.get(hook) ?? { waiting: 0, dead: 0, lastDeliveredAtUs: null, lastProblem: null };
        counts.set(hook, count);
        if (state === "waiting") count.waiting = Number(rows);
        else if (state === "dead") count.dead = Number(rows);
        else count.lastDeliveredAtUs = ended;
      }
      for (const { hook, last_problem: problem, last_at: at } of problems) {
        const count = counts.get(hook);
        if (count !== undefined && (at ?? 0) > (count.lastDeliveredAtUs ?? 0)) count.lastProblem = problem;
      }
      return counts;
    },
  };
}
