import type { Command } from "commander";
import type { CheckView } from "../admin-api/contract/schemas.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { type Context, contextOf } from "./context.ts";
import { harmless } from "./format.ts";
import type { Printer } from "./printer.ts";
import type { CliWorld } from "./world.ts";

export function addDoctor(program: Command, world: CliWorld): void {
  program
    .command("doctor")
    .description("check settings, folder, disk, ports, clock, database, keys, and every provider for real")
    .action(async (_options, command: Command) => {
      const context = contextOf(command, world);
      const isRemote =
        command.optsWithGlobals<{ url?: string }>().url !== undefined || Boolean(world.env["TOKLIGENCE_URL"]);
      const checks = isRemote ? await context.withGateway(checkRemote) : await checkLocal(context);
      if (!(await context.printer.data(checks))) describe(context.printer, checks);
      if (checks.some(({ state }) => state === "fail")) throw new CliError(EXIT.failed, "");
    });
}

const ok = (name: string, message: string): CheckView => ({ name, state: "ok", message, hint: null });

async function checkLocal(context: Context): Promise<CheckView[]> {
  const [{ SettingsError }, { checkDataFolder, checkPorts }] = await Promise.all([
    import("../settings/types.ts"),
    import("./local-checks.ts"),
  ]);
  try {
    const settings = await context.readSettings();
    const notices = settings.notices.map(
      ({ where, text }): CheckView => ({ name: "settings", state: "warn", message: `${where}: ${text}`, hint: null }),
    );
    const shown = settings.configFile ?? "no gateway.yaml; providers come from settings and environment";
    const folder = checkDataFolder(settings.dataDir);
    const before = [ok("settings", shown), ...notices, ...folder];
    // Without a folder there can be neither a database nor a gateway.
    if (folder.some(({ state }) => state === "fail")) return before;
    const after = await context
      .withGateway(async (connection) => [
        ...(await checkPorts(settings, connection)),
        ...(await checkGateway(connection)),
      ])
      .catch((error: unknown): CheckView[] => [openFailure(error)]);
    return [...before, ...after];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(
      ({ where, key, problem, hint }): CheckView => ({
        name: "settings",
        state: "fail",
        message: `${where}: ${key}: ${problem}`,
        hint: hint || null,
      }),
    );
  }
}

function openFailure(error: unknown): CheckView {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CliError) return { name: "gateway", state: "fail", message, hint: null };
  const isSettings = error instanceof Error && error.name === "SettingsError";
  return isSettings
    ? {
        name: "configuration",
        state: "fail",
        message,
        hint: "Correct it; `gateway config validate` shows what is left.",
      }
    : {
        name: "database",
        state: "fail",
        message,
        hint: "Check ledger_path and identity_path, and that the database may be used.",
      };
}

const checkRemote = (connection: Connection): Promise<CheckView[]> => checkGateway(connection);

async function checkGateway({ client, via }: Connection): Promise<CheckView[]> {
  const { version, url, nowUs } = await client.call("getStatus");
  const gateway: CheckView =
    via === "database"
      ? {
          name: "gateway",
          state: "warn",
          message: "does not run; its database was opened instead",
          hint: "Start it with `gatewayd`.",
        }
      : ok("gateway", `version ${version} at ${url}`);
  const checks = await client.call("runChecks");
  return [gateway, ...checks, ...clockAgainst(nowUs, via), ...(await probeProviders(client))];
}

const MAX_SKEW_US = 60_000_000;

/** Two computers that disagree about the time disagree about what was "in the last hour", too. */
function clockAgainst(nowUs: number, via: Connection["via"]): CheckView[] {
  const skewUs = Math.abs(Date.now() * 1000 - nowUs);
  if (via !== "remote" || skewUs < MAX_SKEW_US) return [];
  const message = `this computer and the gateway differ by ${Math.round(skewUs / 1_000_000)} s`;
  return [{ name: "clock", state: "warn", message, hint: "Set the clock of one of them, for example by NTP." }];
}

async function probeProviders(client: Connection["client"]): Promise<CheckView[]> {
  const providers = await client.call("listProviders");
  if (providers.length === 0) {
    const hint = "Set OPENAI_API_KEY, ANTHROPIC_API_KEY …, or write config/gateway.yaml.";
    return [{ name: "providers", state: "warn", message: "none; only the built-in model `loopback` answers", hint }];
  }
  return Promise.all(
    providers.map(async ({ id }): Promise<CheckView> => {
      const probe = await client.call("probeProvider", { params: { id } });
      const name = `provider ${id}`;
      if (probe.problem !== null) return { name, state: "fail", message: probe.problem, hint: probe.hint };
      const facts = [`answers in ${probe.latencyMs} ms`];
      if (probe.authenticated) facts.push("takes the key");
      if (probe.models !== null) facts.push(`lists ${probe.models} models`);
      return ok(name, facts.join(", "));
    }),
  );
}

const COLOURS = { ok: "green", warn: "yellow", fail: "red" } as const;

function describe(printer: Printer, checks: CheckView[]): void {
  const widest = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, state, message, hint } of checks) {
    const lines = message.split("\n").map(harmless);
    const indent = " ".repeat(6 + widest + 2);
    printer.line(
      `${printer.paint(COLOURS[state], state.padEnd(4))}  ${harmless(name).padEnd(widest)}  ${lines.join(`\n${indent}`)}`,
    );
    if (state !== "ok" && hint !== null) printer.line(`${indent}${printer.paint("dim", `→ ${harmless(hint)}`)}`);
  }
  const failed = checks.filter(({ state }) => state === "fail").length;
  const warned = checks.filter(({ state }) => state === "warn").length;
  printer.line(failed + warned === 0 ? "\nAll is well." : `\n${failed} failed, ${warned} to look at.`);
}
