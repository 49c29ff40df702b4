import type { Command } from "commander";
import type { z } from "zod";
import type { recostResultSchema } from "../admin-api/contract/ledger-schemas.ts";
import { usdOfNano } from "../lib/usd.ts";
import { contextOf } from "./context.ts";
import { count } from "./format.ts";
import { runJob } from "./ledger-job.ts";
import { parseMoment } from "./parse-time.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

type Result = z.infer<typeof recostResultSchema>;

interface Flags {
  since?: number;
  until?: number;
  provider?: string;
  model?: string;
  reason?: string;
  apply?: true;
}

export function addLedgerRecost(ledger: Command, world: CliWorld): void {
  ledger
    .command("recost")
    .description("price a span of time anew; without --apply it only says what would change")
    .option("--since <time>", "from here on: 7d, or a date", parseMoment)
    .option("--until <time>", "up to here", parseMoment)
    .option("--provider <id>", "only this provider")
    .option("--model <name>", "only this model, as it was sent to the provider")
    .option("--reason <words>", "why, to be kept with each correction")
    .option("--apply", "enter the corrections")
    .action(async (flags: Flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { since, until, provider, model, reason, apply } = flags;
      const body = {
        ...(since === undefined ? {} : { fromUs: since }),
        ...(until === undefined ? {} : { toUs: until }),
        ...(provider === undefined ? {} : { provider }),
        ...(model === undefined ? {} : { model }),
        ...(reason === undefined ? {} : { reason }),
        ...(apply === undefined ? {} : { apply }),
      };
      const result = await withGateway(async (connection) =>
        runJob(
          connection,
          world,
          await connection.client.call("recostLedger", { body }),
          (schemas) => schemas.recostResultSchema,
        ),
      );
      if (await printer.data(result)) return;
      if (result.sums.length > 0) await printer.list(result.sums, COLUMNS, "");
      printer.line(summaryOf(result));
    });
}

function summaryOf({ applied, changed, looked, deltaNano, stillUnpriced, priceGone, priceVersion }: Result): string {
  const lines = [
    changed === 0
      ? `Nothing differs among ${count(looked)} requests (${priceVersion}).`
      : `${count(changed)} of ${count(looked)} requests ${applied ? "were corrected" : "would be corrected"} by ${usdOfNano(deltaNano)} in all (${priceVersion}).`,
  ];
  if (stillUnpriced > 0) lines.push(`${count(stillUnpriced)} stay without a price.`);
  if (priceGone > 0) lines.push(`${count(priceGone)} keep their price, as none is known for them now.`);
  if (!applied && changed > 0) lines.push("Nothing was changed. Run it again with --apply to enter this.");
  return lines.join("\n");
}

const COLUMNS: Column<Result["sums"][number]>[] = [
  { title: "MODEL", value: ({ provider, model }) => `${provider}/${model}`, min: 16 },
  { title: "REQUESTS", value: ({ changed }) => count(changed), right: true },
  { title: "WITHOUT PRICE", value: ({ nowPriced }) => count(nowPriced), right: true, leaveOut: 1 },
  { title: "WAS", value: ({ wasNano }) => usdOfNano(wasNano), right: true },
  { title: "IS", value: ({ isNano }) => usdOfNano(isNano), right: true },
];
