/** What the gateway itself has counted of an exchange, beside what its provider reported. */
import { sql } from "kysely";
import type { Store } from "./open-store.ts";
import { whileBusy } from "./while-busy.ts";

export interface OwnCountOf {
  /** Of the exchange. */
  id: number;
  input: number;
  output: number;
}

/** Written behind a row that is closed: it is no part of what the ledger's chain vouches for. */
export async function writeOwnCounts({ db }: Store, counts: readonly OwnCountOf[]): Promise<void> {
  if (counts.length === 0) return;
  await whileBusy(() =>
    db.transaction().execute(async (step) => {
      for (const { id, input, output } of counts) {
        await step
          .updateTable("exchange_rows")
          .set({ own_input: input, own_output: output })
          .where("id", "=", id)
          .execute();
      }
    }),
  );
}

export interface DifferenceRow {
  provider: string | null;
  model: string | null;
  requests: number;
  own_input: number;
  own_output: number;
  input: number;
  output: number;
  reasoning: number;
}

/** Sums over the exchanges of a span that both have counted, most requests first. */
export async function readDifferences(
  { db }: Store,
  { fromUs, toUs, userId }: { fromUs: number; toUs: number; userId: number | null },
): Promise<DifferenceRow[]> {
  const sum = (what: string, name: string) => `cast(sum(${what}) as bigint) as ${name}`;
  const { rows } = await sql<DifferenceRow>`
    select provider, model_routed as model, cast(count(*) as bigint) as requests,
      ${sql.raw(
        [
          sum("own_input", "own_input"),
          sum("own_output", "own_output"),
          sum("cast(input_uncached as bigint) + cache_read + cache_write_5m + cache_write_1h", "input"),
          sum("output_tokens", "output"),
          sum("reasoning", "reasoning"),
        ].join(", "),
      )}
    from exchanges
    where own_input is not null and usage_source = 'provider'
      and id >= ${sql.lit(fromUs)} and id < ${sql.lit(toUs)}
      ${userId === null ? sql`` : sql`and user_id = ${sql.lit(userId)}`}
    group by provider, model_routed order by 3 desc, 1, 2`.execute(db);
  return rows;
}
