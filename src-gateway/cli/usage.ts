import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { contextOf } from "./context.ts";
import { type Column, count, print } from "./output.ts";

type Sum = ReplyOf<"usageSummary">;

const COLUMNS: Column<Sum>[] = [
  { title: "", value: (sum) => sum.group ?? "–", max: 48 },
  { title: "REQUESTS", value: (sum) => count(sum.requests), right: true },
  { title: "FAILED", value: (sum) => count(sum.failures), right: true },
  { title: "INPUT", value: (sum) => count(sum.usage.inputUncached), right: true },
  { title: "CACHE READ", value: (sum) => count(sum.usage.cacheRead), right: true },
  { title: "CACHE WRITE", value: (sum) => count(sum.usage.cacheWrite5m + sum.usage.cacheWrite1h), right: true },
  { title: "OUTPUT", value: (sum) => count(sum.usage.output), right: true },
  { title: "REASONING", value: (sum) => count(sum.usage.reasoning), right: true },
];

export function addUsage(program: Command): void {
  program
    .command("usage")
    .description("requests and tokens, in all and by a dimension")
    .addOption(
      new Option("--by <dimension>", "group by")
        .choices(["user", "key", "agent", "session", "project", "model", "provider", "surface", "day", "hour"])
        .default("model"),
    )
    .option("--since <time>", "only what came after: 24h, 7d, or a date such as 2026-11-01", parseSince)
    .action(async (options: { by: "model"; since?: number }, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const query = options.since === undefined ? {} : { fromUs: options.since };
      const sums = await withGateway(async ({ client }) => {
        const groups = await client.call("usageBreakdown", { query: { ...query, groupBy: options.by } });
        const total = await client.call("usageSummary", { query });
        return groups.length === 0 ? [] : [...groups, { ...total, group: "total" }];
      });
      const columns = [{ ...(COLUMNS[0] as Column<Sum>), title: options.by.toUpperCase() }, ...COLUMNS.slice(1)];
      print(sums, columns, form, "Nothing was used yet. Send a request through the gateway, and it shows here.");
    });
}

/** Microseconds since 1970. */
export function parseSince(text: string): number {
  const span = /^(\d+)([mhd])$/.exec(text);
  if (span) {
    const unit = { m: 60, h: 3_600, d: 86_400 }[span[2] as "m" | "h" | "d"];
    return (Date.now() - Number(span[1]) * unit * 1000) * 1000;
  }
  const date = Date.parse(text);
  if (Number.isNaN(date)) throw new InvalidArgumentError("Write it like 24h, 7d or 2026-11-01.");
  return date * 1000;
}
