/** What is kept of the requests of somebody who was erased goes; the numbers that bills are made of stay. */
import { whileBusy } from "../store/while-busy.ts";
import type { Parts } from "./parts.ts";

export async function forgetUser(
  { bodies, ledgerStore: { db } }: Pick<Parts, "bodies" | "ledgerStore">,
  userId: number,
): Promise<void> {
  await bodies.forget(userId);
  // Answers that clients of Responses go on from.
  await whileBusy(() => db.deleteFrom("stored_responses").where("owner", "=", String(userId)).execute());
  // The words of an error may repeat what was asked. They are in no bill, and the chain of the ledger does not hold them.
  await whileBusy(() =>
    db
      .updateTable("exchange_rows")
      .set({ error_message: null })
      .where("user_id", "=", userId)
      .where("error_message", "is not", null)
      .execute(),
  );
}
