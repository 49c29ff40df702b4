import type { Command } from "commander";
import type { Settings } from "../settings/types.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { createPaint } from "./colours.ts";
import type { Connection } from "./connect.ts";
import { createPrinter, type OutputForm, type Printer } from "./printer.ts";
import type { CliWorld } from "./world.ts";

/** What every command can use: the world, a printer, the settings, and a way to the gateway. */
export interface Context {
  world: CliWorld;
  printer: Printer;
  /** @throws SettingsError */
  readSettings: () => Promise<Settings>;
  /** Opens the way, runs the work, and closes it again. @throws CliError */
  withGateway: <Result>(
    work: (connection: Connection) => Promise<Result>,
    options?: { needsDaemon?: boolean },
  ) => Promise<Result>;
}

interface GlobalFlags {
  dataDir?: string;
  config?: string;
  url?: string;
  key?: string;
  output: OutputForm;
  color: boolean;
}

export function contextOf(command: Command, world: CliWorld): Context {
  const flags = command.optsWithGlobals<GlobalFlags>();
  const printer = createPrinter(world, flags.output, createPaint(world, flags.color));
  const readSettings = async (): Promise<Settings> => {
    const { loadSettings } = await import("../settings/load-settings.ts");
    return loadSettings({
      env: world.env,
      argv: {
        ...(flags.dataDir === undefined ? {} : { dataDir: flags.dataDir }),
        ...(flags.config === undefined ? {} : { configFile: flags.config }),
      },
      cwd: world.cwd,
      homeDir: world.homeDir,
    });
  };
  return {
    world,
    printer,
    readSettings,
    async withGateway(work, { needsDaemon = false } = {}) {
      const { connect } = await import("./connect.ts");
      const connection = await connect({
        url: flags.url ?? world.env["TOKLIGENCE_URL"],
        key: flags.key ?? world.env["TOKLIGENCE_ADMIN_KEY"],
        settings: () => readSettings().catch(explainSettings),
        world,
        mayWorkOffline: !needsDaemon,
      });
      try {
        return await work(connection);
      } finally {
        await connection.close();
      }
    },
  };
}

function explainSettings(error: unknown): never {
  if (!(error instanceof Error) || error.name !== "SettingsError") throw error;
  throw new CliError(EXIT.failed, `these settings cannot be used:\n${error.message}`);
}
