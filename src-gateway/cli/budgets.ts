import type { Command } from "commander";
import type { BudgetAskView, BudgetView } from "../admin-api/contract/budget-endpoints.ts";
import { contextOf } from "./context.ts";
import { count, shortWhen, usd } from "./format.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

export function addBudgets(program: Command, world: CliWorld): void {
  const budgets = program
    .command("budgets")
    .description("how budgets stand, and requests that wait for somebody's word")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const found = await withGateway(({ client }) => client.call("listBudgets"), { needsDaemon: true });
      const whenEmpty =
        found.counts === null ? "Nothing is limited." : "Nobody has spent anything of a budget since the start.";
      await printer.list(found.budgets, COLUMNS, whenEmpty);
      if (found.counts === "apart")
        printer.note("Redis cannot be reached: this gateway counts alone, and keeps to its share of what is left.");
    });
  budgets
    .command("asks")
    .description("requests that wait until somebody lets them go on")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const rows = await withGateway(({ client }) => client.call("listBudgetAsks"), { needsDaemon: true });
      await printer.list(rows, ASK_COLUMNS, "No request waits.");
    });
  for (const [name, approve, description, done] of [
    ["approve", true, "let a request that waits go on", "goes on"],
    ["deny", false, "refuse a request that waits", "was refused"],
  ] as const) {
    budgets
      .command(name)
      .description(description)
      .argument("<request>", "as the list names it (req_…)")
      .action(async (id: string, _options, command: Command) => {
        const { printer, withGateway } = contextOf(command, world);
        const answered = await withGateway(
          ({ client }) => client.call("answerBudgetAsk", { params: { id }, body: { approve } }),
          { needsDaemon: true },
        );
        if (!(await printer.data(answered))) printer.line(`${answered.id} ${done}.`);
      });
  }
}

const amount = (value: number, unit: BudgetView["unit"]): string => (unit === "usd" ? usd(value) : count(value));
const share = ({ spent, limit }: { spent: number; limit: number }): number => (limit === 0 ? 1 : spent / limit);
const time = (us: number | null): string => (us === null ? "–" : shortWhen(us));

const COLUMNS: Column<BudgetView>[] = [
  { title: "BUDGET", value: ({ budget }) => budget, min: 10 },
  { title: "WHOSE", value: ({ scope, value }) => (scope === "global" ? "everybody" : `${scope} ${value}`), min: 10 },
  { title: "SPENT", value: ({ spent, unit }) => amount(spent, unit), right: true },
  { title: "RESERVED", value: ({ held, unit }) => amount(held, unit), right: true, leaveOut: 3 },
  { title: "LIMIT", value: ({ limit, unit }) => amount(limit, unit), right: true },
  { title: "UNIT", value: ({ unit }) => unit, leaveOut: 4 },
  {
    title: "USED",
    value: (row) => `${Math.floor(share(row) * 100)}%`,
    right: true,
    colour: (row) => (share(row) >= 1 ? "red" : share(row) >= 0.8 ? "yellow" : "plain"),
  },
  { title: "RESETS", value: ({ resetsAtUs }) => time(resetsAtUs), leaveOut: 2 },
  { title: "USED UP", value: ({ usedUpAtUs }) => time(usedUpAtUs), leaveOut: 1 },
];

const ASK_COLUMNS: Column<BudgetAskView>[] = [
  { title: "REQUEST", value: ({ id }) => id, min: 14 },
  { title: "BUDGET", value: ({ met }) => met.budget, min: 10 },
  { title: "SPENT", value: ({ met }) => amount(met.spent, met.unit), right: true },
  { title: "LIMIT", value: ({ met }) => amount(met.limit, met.unit), right: true },
  { title: "WHO", value: ({ about }) => about["user"] ?? "–", min: 8 },
  { title: "AGENT", value: ({ about }) => about["agent"] ?? "–", leaveOut: 2 },
  { title: "MODEL", value: ({ about }) => about["model"] ?? "–", min: 8, leaveOut: 1 },
  { title: "UNTIL", value: ({ expiresAtUs }) => time(expiresAtUs) },
];
