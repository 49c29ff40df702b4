import type { Command } from "commander";
import type { PricesView, PriceView } from "../admin-api/contract/price-schemas.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { count, harmless } from "./format.ts";
import { parseMoment } from "./parse-time.ts";
import { type Printer, toJson } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface ShowFlags {
  provider?: string;
  at?: number;
  json?: true;
}

export function addPrices(program: Command, world: CliWorld): void {
  const prices = program.command("prices").description("what models cost, and where the prices are from");
  prices
    .command("show")
    .description("the prices of one model")
    .argument("<model>", "its name, as requests have it")
    .option("--provider <provider>", "only at this provider, or at this kind of provider")
    .option("--at <date>", "as they were: a date, or 30d ago; now when left out", parseMoment)
    .option("--json", "print JSON")
    .action(async (model: string, flags: ShowFlags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const query = { model, provider: flags.provider, atUs: flags.at };
      const found = await withGateway(({ client }) => client.call("listPrices", { query }));
      if (flags.json) printer.line(toJson(found, 2));
      else if (!(await printer.data(found))) await show(printer, found);
      if (found.prices.every(({ billing }) => billing === null)) throw new CliError(EXIT.failed, "");
    });
  prices
    .command("list")
    .description("the prices of all models that the providers list")
    .option("--provider <provider>", "only what this provider lists")
    .option("--unpriced", "only those without a known price")
    .action(async (flags: { provider?: string; unpriced?: true }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const query = { provider: flags.provider };
      const found = await withGateway(({ client }) => client.call("listPrices", { query }));
      const rows = flags.unpriced ? found.prices.filter(({ billing }) => billing === null) : found.prices;
      const whenEmpty = flags.unpriced ? "Every model that is listed has a price." : "No provider lists a model.";
      await printer.list(rows, flags.unpriced ? UNPRICED : COLUMNS, whenEmpty);
      noteProblem(printer, found);
    });
}

/** Short, as columns are narrow: `$3.00` for a million tokens. */
function priceOf({ billing, tiers }: PriceView, part: string): string {
  if (billing === null) return "unpriced";
  if (billing !== "metered") return billing === "free" ? "free" : "flat";
  const text = tiers[0]?.prices.find((each) => each.part === part)?.text ?? "–";
  return `${text.replace(" per million tokens", "")}${tiers.length > 1 ? " +" : ""}`;
}

const priceColumn = (title: string, part: string): Column<PriceView> => ({
  title,
  value: (price) => priceOf(price, part),
  right: true,
  colour: ({ billing }) => (billing === null ? "yellow" : "plain"),
});

const COLUMNS: Column<PriceView>[] = [
  { title: "MODEL", value: ({ model }) => model, min: 20 },
  { title: "PROVIDER", value: ({ provider }) => provider, min: 8 },
  priceColumn("INPUT", "input"),
  { ...priceColumn("CACHE READ", "cacheRead"), leaveOut: 2 },
  priceColumn("OUTPUT", "output"),
  { title: "FROM", value: ({ source }) => source ?? "–", leaveOut: 1 },
];

const UNPRICED: Column<PriceView>[] = [
  { title: "MODEL", value: ({ model }) => model, min: 20 },
  { title: "PROVIDER", value: ({ provider }) => provider, min: 8 },
  { title: "WHY", value: ({ why }) => why ?? "", min: 12 },
];

async function show(printer: Printer, found: PricesView): Promise<void> {
  for (const [at, price] of found.prices.entries()) {
    if (at > 0) printer.line("");
    await printer.fields(price, fieldsOf(price));
    for (const { aboveTokens, prices } of price.tiers) {
      if (price.tiers.length > 1)
        printer.line(aboveTokens === 0 ? "\nfrom the first token on" : `\nabove ${count(aboveTokens)} input tokens`);
      const widest = Math.max(...prices.map(({ name }) => name.length));
      for (const { name, text } of prices) printer.line(`  ${name.padEnd(widest)}  ${harmless(text)}`);
    }
  }
  if (found.prices.length === 0) printer.line("No provider is configured, and no price list has this model.");
  noteProblem(printer, found);
}

function fieldsOf({ model, provider, billing, why, source, ...price }: PriceView): [string, string][] {
  const lines: [string, string][] = [["model", `${model} at ${provider}`]];
  if (billing === null) {
    const hint = "give it one under prices: in the configuration";
    return [...lines, ["price", `unpriced: ${why ?? "no price is known"}; ${hint}`]];
  }
  if (billing === "free") lines.push(["price", "free: nobody sends a bill for it"]);
  if (billing === "subscription") lines.push(["price", "subscription: a flat fee covers it"]);
  const row = price.priceModel === model ? "" : `, as ${price.priceModel} of ${price.priceProvider}`;
  lines.push(["from", `${source}${row}`]);
  if (price.since !== null) lines.push(["since", price.since]);
  if (price.hours !== null) lines.push(["hours", price.hours]);
  for (const { name, millionths } of price.factors)
    lines.push(["factor", `${name} × ${millionths / 1_000_000}, already within the prices`]);
  if (price.note !== null) lines.push(["note", price.note]);
  return lines;
}

function noteProblem(printer: Printer, { problem }: PricesView): void {
  if (problem !== null) printer.note(`The last good prices are in use: ${harmless(problem)}`);
}
