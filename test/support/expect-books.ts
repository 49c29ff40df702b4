/** What has to be true of every ledger, whatever its exchanges came to. */
import { expect } from "vitest";
import { verifyLedger } from "../../src-gateway/ledger/verify-ledger.ts";
import type { VerifyReport } from "../../src-gateway/ledger/verify-types.ts";
import { openStore } from "../../src-gateway/store/open-store.ts";
import { recordingLogger } from "./recording-logger.ts";

/** The books as they are on disk, with the gateway gone. */
async function audit(ledgerFile: string): Promise<{ report: VerifyReport; rows: Map<string, number>; odd: string[] }> {
  const store = await openStore({ url: ledgerFile, log: recordingLogger() });
  try {
    const found = await store.db
      .selectFrom("exchanges")
      .select(["session", "usage_source", "cost_nano", "input_uncached", "output_tokens", "outcome", "attempts"])
      .execute();
    const rows = new Map<string, number>();
    for (const { session } of found) rows.set(session ?? "", (rows.get(session ?? "") ?? 0) + 1);
    const isOdd = (row: (typeof found)[number]): boolean =>
      row.outcome === "open" ||
      (row.usage_source === "none" && !hasUsingAttempt(row)) !== (row.cost_nano === null) ||
      (row.usage_source === "none" && row.input_uncached + row.output_tokens > 0);
    const odd = found.filter(isOdd).map(({ session, outcome }) => `${session} ${outcome}`);
    return { report: await verifyLedger(store), rows, odd };
  } finally {
    await store.close();
  }
}

/** A failed attempt had used something, which is owed. */
const hasUsingAttempt = ({ attempts }: { attempts: string | null }): boolean =>
  attempts !== null && (JSON.parse(attempts) as unknown[][]).some((tuple) => tuple.length > 8);

/**
 * One row for each session, a cost where there is usage and nowhere else, and chains, prices and sums that fit the rows.
 * @param settled how many of the rows are entries of a chain.
 */
export async function expectBooksInOrder(
  ledgerFile: string,
  sessions: ReadonlySet<string>,
  settled = sessions.size,
): Promise<void> {
  const { report, rows, odd } = await audit(ledgerFile);
  expect(odd).toEqual([]);
  expect(rows).toEqual(new Map([...sessions].map((session) => [session, 1])));
  expect(report).toMatchObject({ isIntact: true, findings: [], unvouched: 0, exchanges: settled });
}
