import { homedir } from "node:os";
import type { Command } from "commander";
import { AdminError } from "../admin-api/contract/client.ts";
import { loadSettings } from "../settings/load-settings.ts";
import { type Settings, SettingsError } from "../settings/types.ts";
import { CliError, exitCodeOf } from "./cli-error.ts";
import { type Connection, connect } from "./connect.ts";
import { type OutputForm, useColours } from "./output.ts";

/** What every command can use: the global flags, the settings, and a way to the gateway. */
export interface Context {
  form: OutputForm;
  settings(): Settings;
  /** Opens the way, runs the work, and closes it again. */
  with<Result>(work: (connection: Connection) => Promise<Result>, options?: { needsDaemon?: boolean }): Promise<Result>;
}

interface GlobalFlags {
  dataDir?: string;
  config?: string;
  url?: string;
  key?: string;
  output: OutputForm;
  color: boolean;
}

export function contextOf(command: Command): Context {
  const flags = command.optsWithGlobals<GlobalFlags>();
  useColours(flags.color);
  const { env } = process;
  const settings = (): Settings =>
    loadSettings({
      env,
      argv: { ...(flags.dataDir === undefined ? {} : { dataDir: flags.dataDir }), ...(flags.config === undefined ? {} : { configFile: flags.config }) },
      cwd: process.cwd(),
      homeDir: homedir(),
    });
  return {
    form: flags.output,
    settings,
    async with(work, { needsDaemon = false } = {}) {
      const connection = await connect({
        url: flags.url ?? env["TOKLIGENCE_URL"],
        key: flags.key ?? env["TOKLIGENCE_ADMIN_KEY"],
        settings,
        env,
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

/** Says what went wrong and sets the exit code. */
export function fail(thrown: unknown): void {
  const say = (text: string, code: number): void => {
    process.stderr.write(`gateway: ${text}\n`);
    process.exitCode = code;
  };
  if (thrown instanceof CliError) say(thrown.message, thrown.exitCode);
  else if (thrown instanceof AdminError) say(thrown.message, exitCodeOf(thrown.status));
  else if (thrown instanceof SettingsError) say(`these settings cannot be used:\n${thrown.message}`, 2);
  else say(thrown instanceof Error ? thrown.message : String(thrown), 1);
}
