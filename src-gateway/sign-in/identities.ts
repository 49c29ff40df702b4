import type { Clock } from "../lib/clock.ts";
import { isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";

/** Who is who at OIDC issuers. */
export interface Identities {
  /** The user, or null; notes that they were here. */
  find(issuer: string, subject: string): Promise<number | null>;
  /** False where the user is another person at this issuer already. */
  link(userId: number, issuer: string, subject: string): Promise<boolean>;
}

export function createIdentities({ db }: Store, clock: Clock): Identities {
  const found = async (issuer: string, subject: string): Promise<number | null> => {
    const row = await db
      .selectFrom("user_identities")
      .select("user_id")
      .where("issuer", "=", issuer)
      .where("subject", "=", subject)
      .executeTakeFirst();
    return row?.user_id ?? null;
  };
  return {
    async find(issuer, subject) {
      const userId = await found(issuer, subject);
      if (userId === null) return null;
      const seen = db
        .updateTable("user_identities")
        .set({ last_used_at: clock.nowUs() })
        .where("issuer", "=", issuer)
        .where("subject", "=", subject);
      await whileBusy(() => seen.execute());
      return userId;
    },
    async link(userId, issuer, subject) {
      const other = await db
        .selectFrom("user_identities")
        .select("subject")
        .where("user_id", "=", userId)
        .where("issuer", "=", issuer)
        .executeTakeFirst();
      if (other) return other.subject === subject;
      const nowUs = clock.nowUs();
      // The identity of a user who was deleted is free for the one who comes after them.
      const gone = db
        .deleteFrom("user_identities")
        .where("issuer", "=", issuer)
        .where("subject", "=", subject)
        .where("user_id", "not in", (select) =>
          select.selectFrom("users").select("id").where("deleted_at", "is", null),
        );
      await whileBusy(() => gone.execute());
      const row = db
        .insertInto("user_identities")
        .values({ user_id: userId, issuer, subject, created_at: nowUs, last_used_at: nowUs });
      try {
        await whileBusy(() => row.execute());
        return true;
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        return (await found(issuer, subject)) === userId;
      }
    },
  };
}
