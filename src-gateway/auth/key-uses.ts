/** When keys were last used: noted in memory, and written in groups, so that no request waits for it. */
import type { Logger } from "../lib/logger.ts";
import { describeError } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";

export interface KeyUses {
  note(apiKeyId: number, nowUs: number): void;
  /** Never throws: what could not be written is written the next time. */
  flush(): Promise<void>;
}

export function createKeyUses({ db }: Store, log: Logger): KeyUses {
  let uses = new Map<number, number>();
  let writing = Promise.resolve();
  const write = async (): Promise<void> => {
    const noted = uses;
    if (noted.size === 0) return;
    uses = new Map();
    try {
      await whileBusy(() =>
        db.transaction().execute(async (transaction) => {
          // In one order, so that two gateways never wait for each other.
          for (const [id, atUs] of [...noted].sort(([a], [b]) => a - b)) {
            await transaction
              .updateTable("api_keys")
              .set({ last_used_at: atUs })
              .where("id", "=", id)
              .where((or) => or.or([or("last_used_at", "is", null), or("last_used_at", "<", atUs)]))
              .execute();
          }
        }),
      );
    } catch (error) {
      log.warn(describeError(error), "when keys were used could not be written down; it is tried again");
      for (const [id, atUs] of noted) if (!uses.has(id)) uses.set(id, atUs);
    }
  };
  return {
    note: (apiKeyId, nowUs) => void uses.set(apiKeyId, nowUs),
    flush() {
      // One after the other: what is noted while one writes is for the next.
      writing = writing.then(write);
      return writing;
    },
  };
}
