import type { Command } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { contextOf } from "./context.ts";
import { type Column, count, print } from "./output.ts";

const COLUMNS: Column<ReplyOf<"listModels">[number]>[] = [
  { title: "MODEL", value: (model) => model.id },
  { title: "FROM", value: (model) => model.ownedBy },
  { title: "CONTEXT", value: (model) => (model.contextTokens === undefined ? "–" : count(model.contextTokens)), right: true },
  { title: "MAX OUTPUT", value: (model) => (model.maxOutputTokens === undefined ? "–" : count(model.maxOutputTokens)), right: true },
];

export function addModels(program: Command): void {
  program
    .command("models")
    .description("what can be asked for right now")
    .action(async (_options, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      print(await withGateway(({ client }) => client.call("listModels")), COLUMNS, form, "There are no models.");
    });
}
