import type { Command } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { contextOf } from "./context.ts";
import { count } from "./format.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

type Model = ReplyOf<"listModels">[number];

const limit = (tokens: number | undefined): string => (tokens === undefined ? "–" : count(tokens));

const COLUMNS: Column<Model>[] = [
  { title: "MODEL", value: (model) => model.id, min: 20 },
  { title: "FROM", value: (model) => model.ownedBy, min: 8 },
  { title: "CONTEXT", value: (model) => limit(model.contextTokens), right: true, leaveOut: 1 },
  { title: "MAX OUTPUT", value: (model) => limit(model.maxOutputTokens), right: true, leaveOut: 2 },
];

export function addModels(program: Command, world: CliWorld): void {
  program
    .command("models")
    .description("what can be asked for right now")
    .option("--from <provider>", "only what this provider lists")
    .action(async (options: { from?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { models, known } = await withGateway(async ({ client }) => {
        const all = await client.call("listModels");
        return {
          models: options.from === undefined ? all : all.filter(({ ownedBy }) => ownedBy === options.from),
          known: [...new Set(all.map(({ ownedBy }) => ownedBy))],
        };
      });
      await printer.list(models, COLUMNS, `No models from "${options.from}"; there are some from ${known.join(", ")}.`);
    });
}
