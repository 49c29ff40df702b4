import type { Command } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { contextOf } from "./context.ts";
import { type Column, print, printOne, write } from "./output.ts";

const SETTING_COLUMNS: Column<ReplyOf<"getConfig">["settings"][number]>[] = [
  { title: "SETTING", value: (setting) => setting.key },
  { title: "VALUE", value: (setting) => setting.value },
  { title: "FROM", value: (setting) => setting.source, max: 80 },
];

export function addConfigCommands(program: Command): void {
  const config = program.command("config").description("settings, providers, routes and aliases");
  config
    .command("show")
    .description("what is in force, and where it comes from")
    .action(async (_options, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const shown = await withGateway(({ client }) => client.call("getConfig"));
      if (form !== "table") return printOne(shown, form, []);
      print(shown.settings, SETTING_COLUMNS, form, "");
      write(`\nproviders, routes and aliases: ${shown.file ?? "no file; from the environment only"}`);
      for (const route of shown.routes) {
        const targets = route.targets.map((target) => target.provider + (target.model ? `/${target.model}` : ""));
        write(`  route ${route.match} → ${targets.join(", ")} (${route.strategy})`);
      }
      for (const [alias, model] of Object.entries(shown.aliases)) write(`  alias ${alias} → ${model}`);
      if (shown.problem) write(`\nThe file on disk is not in force:\n${shown.problem}`);
    });
  config
    .command("validate")
    .description("check settings and configuration file without starting anything")
    .action(async (_options, command: Command) => {
      const { settings } = contextOf(command);
      // Throws with every problem; what is left are notes.
      const loaded = settings();
      const { createLiveConfig } = await import("../live-config.ts");
      const { CATALOGUE } = await import("../providers/catalogue.ts");
      const { silentLogger } = await import("../lib/logger.ts");
      const live = createLiveConfig({ settings: loaded, env: process.env, catalogue: CATALOGUE, log: silentLogger }).live();
      for (const notice of loaded.notices) write(`note: ${notice.where}: ${notice.text}`);
      write(`ok: ${live.instances.size} providers, ${live.config.routes.length} routes, ${Object.keys(live.config.aliases).length} aliases (${loaded.configFile ?? "no file"})`);
    });
}
