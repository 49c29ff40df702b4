import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import type { Context } from "./context.ts";
import { findUser } from "./find-user.ts";
import { count } from "./format.ts";
import type { Column } from "./table.ts";

type Difference = ReplyOf<"usageDifferences">[number];

const number = (title: string, value: (row: Difference) => number): Column<Difference> => ({
  title,
  value: (row) => count(value(row)),
  right: true,
});
const ratio = (title: string, value: (row: Difference) => number | null): Column<Difference> => ({
  title,
  value: (row) => value(row)?.toFixed(3) ?? "–",
  right: true,
});

const COLUMNS: Column<Difference>[] = [
  { title: "PROVIDER", value: ({ provider }) => provider ?? "–" },
  { title: "MODEL", value: ({ model }) => model ?? "–", min: 12 },
  number("COUNTED", ({ requests }) => requests),
  number("OWN INPUT", ({ own }) => own.input),
  number("REPORTED", ({ reported }) => reported.input),
  ratio("RATIO", (row) => row.ratio.input),
  number("OWN OUTPUT", ({ own }) => own.output),
  number("REPORTED", ({ reported }) => reported.output),
  ratio("RATIO", (row) => row.ratio.output),
];

const EMPTY =
  "Nothing was counted in this time. Set own_token_count to sample or all, and requests are counted beside the provider.";

export async function showDifferences(
  { printer, withGateway }: Context,
  flags: { since?: number; until?: number; user?: string },
): Promise<void> {
  const rows = await withGateway(async (connection) => {
    const userId = flags.user === undefined ? undefined : (await findUser(connection, flags.user)).id;
    return connection.client.call("usageDifferences", { query: { fromUs: flags.since, toUs: flags.until, userId } });
  });
  await printer.list(rows, COLUMNS, EMPTY);
}
