import type { Command } from "commander";
import type { Notice, SettingProblem, Settings } from "../settings/types.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { type Context, contextOf } from "./context.ts";
import type { CliWorld } from "./world.ts";

interface Verdict {
  valid: boolean;
  problems: SettingProblem[];
  notices: Notice[];
  file: string | null;
  providers: number;
  routes: number;
  aliases: number;
}

export function addConfigValidate(config: Command, world: CliWorld): void {
  config
    .command("validate")
    .description("check settings and configuration file without starting anything")
    .action(async (_options, command: Command) => {
      const context = contextOf(command, world);
      const verdict = await validate(context);
      if (!(await context.printer.data(verdict))) describe(context, verdict);
      if (!verdict.valid) throw new CliError(EXIT.failed, "");
    });
}

async function validate({ readSettings, world }: Context): Promise<Verdict> {
  const { SettingsError } = await import("../settings/types.ts");
  const verdict: Verdict = { valid: true, problems: [], notices: [], file: null, providers: 0, routes: 0, aliases: 0 };
  try {
    const settings = await readSettings();
    verdict.notices = settings.notices;
    verdict.file = settings.configFile;
    await readProviders(settings, world, verdict);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    verdict.problems.push(...error.problems);
  }
  return { ...verdict, valid: verdict.problems.length === 0 };
}

/** As the gateway itself does it at its start. @throws SettingsError */
async function readProviders(settings: Settings, world: CliWorld, verdict: Verdict): Promise<void> {
  const [{ createConfigSource }, { providersFromEnvironment }, { CATALOGUE }, { resolveInstances }, { silentLogger }] =
    await Promise.all([
      import("../settings/watch-config.ts"),
      import("../settings/environment-providers.ts"),
      import("../providers/catalogue.ts"),
      import("../providers/instances.ts"),
      import("../lib/logger.ts"),
    ]);
  const { providers, routes, aliases } = createConfigSource({
    settings,
    kinds: new Set(CATALOGUE.keys()),
    environmentProviders: providersFromEnvironment([...CATALOGUE.values()], world.env),
    log: silentLogger,
    onChange() {},
    onProblem() {},
  }).current();
  verdict.providers = providers.length;
  verdict.routes = routes.length;
  verdict.aliases = Object.keys(aliases).length;
  verdict.problems.push(...resolveInstances(providers, CATALOGUE).problems);
}

function describe({ printer }: Context, { problems, notices, file, ...counts }: Verdict): void {
  for (const { where, text } of notices) printer.line(`${printer.paint("yellow", "note")}  ${where}: ${text}`);
  for (const { where, key, problem, hint } of problems) {
    printer.line(`${printer.paint("red", "fail")}  ${where}: ${key}: ${problem}${hint === "" ? "" : ` (${hint})`}`);
  }
  if (problems.length > 0) return;
  const found = `${counts.providers} providers, ${counts.routes} routes, ${counts.aliases} aliases`;
  printer.line(`${printer.paint("green", "ok")}    ${found} (${file ?? "no configuration file"})`);
}
