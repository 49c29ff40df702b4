import { type Command, Option } from "commander";
import type { QueryOf, ReplyOf } from "../admin-api/contract/endpoints.ts";
import { contextOf } from "./context.ts";
import { findUser } from "./find-user.ts";
import { count, usd } from "./format.ts";
import { parseMoment } from "./parse-time.ts";
import type { Column } from "./table.ts";
import { showDifferences } from "./usage-differences.ts";
import type { CliWorld } from "./world.ts";

type Sum = ReplyOf<"usageSummary">;
type Dimension = QueryOf<"usageBreakdown">["groupBy"];

const DIMENSIONS = [
  "user",
  "key",
  "team",
  "agent",
  "session",
  "project",
  "branch",
  "model",
  "provider",
  "surface",
  "day",
  "hour",
] as const satisfies readonly Dimension[];

interface Flags {
  by: Dimension;
  differences?: boolean;
  since?: number;
  until?: number;
  user?: string;
}

const number = (title: string, value: (sum: Sum) => number, leaveOut?: number): Column<Sum> => ({
  title,
  value: (sum) => count(value(sum)),
  right: true,
  ...(leaveOut === undefined ? {} : { leaveOut }),
});

/** A sum that leaves something out says so. */
function costOf({ costNano, unpriced }: Sum): string {
  if (unpriced === 0) return usd(costNano);
  return costNano === 0 ? "unpriced" : `${usd(costNano)} + ${count(unpriced)} unpriced`;
}

const columnsFor = (by: Dimension): Column<Sum>[] => [
  { title: by.toUpperCase(), value: (sum) => sum.group ?? "–", min: 12 },
  number("REQUESTS", (sum) => sum.requests),
  { ...number("FAILED", (sum) => sum.failures), colour: (sum) => (sum.failures > 0 ? "red" : "plain") },
  number("INPUT", ({ usage }) => usage.inputUncached),
  number("CACHE READ", ({ usage }) => usage.cacheRead),
  number("CACHE WRITE", ({ usage }) => usage.cacheWrite5m + usage.cacheWrite1h, 1),
  number("OUTPUT", ({ usage }) => usage.output),
  number("REASONING", ({ usage }) => usage.reasoning, 2),
  { title: "COST", value: costOf, right: true, colour: (sum) => (sum.unpriced > 0 ? "yellow" : "plain") },
];

const EMPTY = "Nothing was used in this time. Send a request through the gateway, and it shows here.";

export function addUsage(program: Command, world: CliWorld): void {
  program
    .command("usage")
    .description("requests and tokens, in all and by a dimension")
    .addOption(new Option("--by <dimension>", "group by").choices(DIMENSIONS).default("model"))
    .option("--since <time>", "only what came after: 24h, 7d, or a date such as 2026-11-01", parseMoment)
    .option("--until <time>", "only what came before", parseMoment)
    .option("--user <user>", "only one user (id or e-mail address)")
    .option("--differences", "what the gateway has counted itself, beside what providers reported")
    .action(async (flags: Flags, command: Command) => {
      const context = contextOf(command, world);
      if (flags.differences) return showDifferences(context, flags);
      const { printer, withGateway } = context;
      const { groups, total } = await withGateway(async (connection) => {
        const userId = flags.user === undefined ? undefined : (await findUser(connection, flags.user)).id;
        const query = { fromUs: flags.since, toUs: flags.until, userId };
        return {
          groups: await connection.client.call("usageBreakdown", { query: { ...query, groupBy: flags.by } }),
          total: await connection.client.call("usageSummary", { query }),
        };
      });
      if (await printer.data({ groupBy: flags.by, groups, total })) return;
      const rows = groups.length === 0 ? [] : [...groups, { ...total, group: "total" }];
      await printer.list(rows, columnsFor(flags.by), EMPTY);
    });
}
