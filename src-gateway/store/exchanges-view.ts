/** `exchanges`: the rows with their texts, what scripts of the earlier gateway read, and `exchange_numbers`. */
import { sql } from "kysely";
import { isNamed, numberOf, textOf } from "./lean-rows.ts";
import type { MigrationStep } from "./migrations/migrate.ts";

export async function dropExchangesView({ db }: MigrationStep): Promise<void> {
  await sql`drop view usage_entries`.execute(db);
  await sql`drop view exchanges`.execute(db);
}

/** @param columns of `exchange_rows`, in their order. */
export async function createExchangesView(step: MigrationStep, columns: readonly string[]): Promise<void> {
  const chosen = columns.map((column) => (isNamed(column) ? `n_${column}.text as ${column}` : `r.${column}`));
  await createTextsView(step, columns, chosen);
}

/** Both, of rows as `lean-rows.ts` has them. */
export async function createRowViews(step: MigrationStep, columns: readonly string[]): Promise<void> {
  await createNumbersView(step, columns);
  const chosen = columns.map(
    (column) => `${isNamed(column) ? textOf(column, `n_${column}`) : numberOf(column, "r")} as ${column}`,
  );
  await createTextsView(step, columns, chosen);
}

/** The rows with all that stands in them written out, and numbers in place of texts. */
export async function createNumbersView({ db, dialect }: MigrationStep, columns: readonly string[]): Promise<void> {
  const chosen = columns.map((column) =>
    dialect === "sqlite" ? `r.${column}` : `${numberOf(column, "r")} as ${column}`,
  );
  await sql.raw(`create view exchange_numbers as select ${chosen.join(", ")} from exchange_rows r`).execute(db);
}

async function createTextsView(
  step: MigrationStep,
  columns: readonly string[],
  chosen: readonly string[],
): Promise<void> {
  // Of a query that asks for few columns, both databases leave out the joins that it does not need.
  const joins = columns.filter(isNamed).map((column) => `left join names n_${column} on n_${column}.id = r.${column}`);
  await sql
    .raw(`create view exchanges as select ${chosen.join(", ")} from exchange_rows r ${joins.join(" ")}`)
    .execute(step.db);
  await createUsageEntries(step);
}

async function createUsageEntries({ db, dialect }: MigrationStep): Promise<void> {
  const time = (us: string): string =>
    dialect === "sqlite"
      ? `strftime('%Y-%m-%d %H:%M:%f', ${us} / 1000000.0, 'unixepoch')`
      : `to_timestamp(${us} / 1000000.0)`;
  const never = dialect === "sqlite" ? "null" : "null::timestamptz";
  await sql
    .raw(
      `create view usage_entries as
       select id, 'exchange-' || id as uuid, user_id, api_key_id, provider as service_id,
         cast(input_uncached as bigint) + cache_read + cache_write_5m + cache_write_1h as prompt_tokens,
         cast(output_tokens as bigint) as completion_tokens, case when surface = 'supplied' then 'supply' else 'consume' end as direction, model_asked as memo,
         ${time("id")} as created_at, ${time("(id + coalesce(total_us, 0))")} as updated_at, ${never} as deleted_at
       from exchanges where outcome <> 'open'`,
    )
    .execute(db);
  if (dialect === "sqlite") return;
  await sql`create trigger usage_entries_is_read_only instead of insert or update or delete on usage_entries
    for each row execute function usage_entries_is_read_only()`.execute(db);
}
