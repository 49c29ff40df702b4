/** Hooks whose receiver answered that it is gone. Kept in the database, so that all gateways leave it alone. */
import { createHash } from "node:crypto";
import type { HookConfig } from "../settings/hook-types.ts";
import type { Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";

export interface HookStop {
  stoppedAtUs: number;
  why: string;
}

export interface HookStops {
  stop(hook: HookConfig, why: string, nowUs: number): Promise<void>;
  goOn(hook: HookConfig): Promise<void>;
  /** By name; those that have another receiver since are not among them. */
  read(hooks: readonly HookConfig[]): Promise<Map<string, HookStop>>;
}

export function createHookStops({ db }: Store): HookStops {
  return {
    async stop(hook, why, nowUs) {
      const values = { hook: hook.name, target: targetMark(hook), stopped_at: nowUs, why };
      await whileBusy(() =>
        db
          .insertInto("hook_stops")
          .values(values)
          .onConflict((conflict) => conflict.column("hook").doUpdateSet(values))
          .execute(),
      );
    },
    async goOn(hook) {
      await whileBusy(() => db.deleteFrom("hook_stops").where("hook", "=", hook.name).execute());
    },
    async read(hooks) {
      const marks = new Map(hooks.map((hook) => [hook.name, targetMark(hook)]));
      const rows = await db.selectFrom("hook_stops").selectAll().execute();
      return new Map(
        rows
          .filter(({ hook, target }) => marks.get(hook) === target)
          .map(({ hook, stopped_at: stoppedAtUs, why }) => [hook, { stoppedAtUs, why }]),
      );
    },
  };
}

/** Which receiver it is, without saying so. */
function targetMark({ target }: HookConfig): string {
  const what = target.kind === "script" ? target.path : target.url;
  return createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 16);
}
