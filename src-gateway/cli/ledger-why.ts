import type { Command } from "commander";
import type { CostHistoryView } from "../admin-api/contract/ledger-schemas.ts";
import { usdOfNano } from "../lib/usd.ts";
import { contextOf } from "./context.ts";
import { harmless, when } from "./format.ts";
import type { CliWorld } from "./world.ts";

type Step = CostHistoryView["steps"][number];

export function addLedgerWhy(ledger: Command, world: CliWorld): void {
  ledger
    .command("why")
    .description("why a request cost what it did: its prices, part by part, and every correction")
    .argument("<request>", "its id (req_…)")
    .action(async (id: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const cost = await withGateway(({ client }) => client.call("getExchangeCost", { params: { id } }));
      if (await printer.data(cost)) return;
      for (const step of cost.steps) {
        printer.line(printer.paint("dim", titleOf(step)));
        for (const line of wordsOf(step, cost)) printer.line(`  ${harmless(line)}`);
        for (const attempt of step.attempts) {
          printer.line(`  ${harmless(attemptTitle(attempt))}`);
          for (const line of attempt.words) printer.line(`    ${harmless(line)}`);
        }
        if (step.attempts.length > 0) printer.line(`  with failed attempts: ${amount(step.costNano)}`);
      }
      if (cost.steps.length > 1) printer.line(`now: ${amount(cost.costNano)}`);
    });
}

const titleOf = ({ atUs, reason, madeBy, deltaNano }: Step): string =>
  reason === null
    ? `${when(atUs)}  as it was closed`
    : `${when(atUs)}  corrected by ${harmless(madeBy ?? "nobody")}: ${harmless(reason)} (${usdOfNano(deltaNano)})`;

/** It had used something before it failed, and its provider bills that. */
const attemptTitle = ({ provider, model, errorCode, costNano }: Step["attempts"][number]): string =>
  `and before, a failed attempt at ${provider} (${model}, ${errorCode ?? "thrown away"}): ${amount(costNano)}`;

function wordsOf({ words, costNano }: Step, { usageSource }: CostHistoryView): string[] {
  if (words.length > 0) return words;
  if (costNano !== null && usageSource !== "none")
    return [`${usdOfNano(costNano)}, at prices that are not there any more`];
  return [usageSource === "none" ? "nothing is known to have been used" : "unpriced: no price was known"];
}

const amount = (nano: number | null): string => (nano === null ? "unpriced" : usdOfNano(nano));
