import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import type { Command } from "commander";
import type { Settings } from "../settings/types.ts";
import { SettingsError } from "../settings/types.ts";
import type { Connection } from "./connect.ts";
import { type Context, contextOf } from "./context.ts";
import { type Column, green, print, red, yellow } from "./output.ts";

interface Finding {
  check: string;
  state: "ok" | "warn" | "fail";
  finding: string;
  hint: string;
}

const COLUMNS: Column<Finding>[] = [
  { title: "", value: ({ state }) => (state === "ok" ? green("ok") : state === "warn" ? yellow("warn") : red("fail")) },
  { title: "CHECK", value: ({ check }) => check },
  { title: "FOUND", value: ({ finding }) => finding, max: 110 },
  { title: "WHAT TO DO", value: ({ hint }) => hint, max: 110 },
];

const LOW_DISK_BYTES = 1024 ** 3;

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check settings, folders, ports, database, and every provider for real")
    .action(async (_options, command: Command) => {
      const context = contextOf(command);
      const findings = await examine(context);
      print(findings, COLUMNS, context.form, "");
      if (findings.some((finding) => finding.state === "fail")) process.exitCode = 1;
    });
}

const ok = (check: string, finding: string): Finding => ({ check, state: "ok", finding, hint: "" });
const warn = (check: string, finding: string, hint: string): Finding => ({ check, state: "warn", finding, hint });
const bad = (check: string, finding: string, hint: string): Finding => ({ check, state: "fail", finding, hint });

async function examine(context: Context): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = context.settings();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map((problem) => bad("settings", `${problem.where}: ${problem.key}: ${problem.problem}`, problem.hint));
  }
  const findings = [ok("settings", settings.configFile ?? "no gateway.yaml; providers come from the environment")];
  findings.push(...settings.notices.map((notice) => warn("settings", `${notice.where}: ${notice.text}`, "")));
  findings.push(...checkFolder(settings), checkClock());
  try {
    await context.with(async (connection) => {
      findings.push(...(await checkPorts(settings, connection)));
      findings.push(...(await checkGateway(connection)));
    });
  } catch (error) {
    findings.push(bad("database", error instanceof Error ? error.message : String(error), "Check ledger_path and identity_path."));
  }
  return findings;
}

function checkFolder({ dataDir }: Settings): Finding[] {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return [bad("data folder", `${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code})`, "Give it to this user, or choose another with --data-dir.")];
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  return [ok("data folder", dataDir), free < LOW_DISK_BYTES ? warn("disk", text, "Make room: the ledger must always be writable.") : ok("disk", text)];
}

/** Keys expire and records are ordered by this clock. */
function checkClock(): Finding {
  const now = new Date();
  return now.getUTCFullYear() < 2026 ? bad("clock", now.toISOString(), "Set the clock of this machine.") : ok("clock", now.toISOString());
}

async function checkPorts(settings: Settings, { via }: Connection): Promise<Finding[]> {
  if (via === "remote") return [];
  return Promise.all(
    settings.listeners.map(async ({ name, host, port }) => {
      const check = `port ${port} (${name})`;
      if (port === 0) return ok(check, "a free one is chosen at the start");
      const problem = await listenProblem(host, port);
      if (problem === null) return ok(check, via === "daemon" ? "free; the running gateway listens elsewhere" : "free");
      if (problem !== "EADDRINUSE") return bad(check, `cannot be opened (${problem})`, "Choose another port or host.");
      return via === "daemon" ? ok(check, "in use by the running gateway") : bad(check, "taken by another program", "Stop it, or choose another with facade_port or --port.");
    }),
  );
}

function listenProblem(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

async function checkGateway({ client, via }: Connection): Promise<Finding[]> {
  const status = await client.call("getStatus");
  const findings = [
    via === "database" ? warn("gateway", "does not run", "Start it with `gatewayd`.") : ok("gateway", `${status.version} at ${status.url}`),
    ok("database", `${status.database} is open and up to date`),
  ];
  if (status.configProblem) findings.push(bad("configuration", status.configProblem, "The last good one is in force until this is mended."));
  if (status.recordsWaiting > 1000) findings.push(warn("ledger", `${status.recordsWaiting} records wait to be written`, "Look at the gateway's log for the database's trouble."));
  const providers = await client.call("listProviders");
  if (providers.length === 0) findings.push(warn("providers", "none", "Set OPENAI_API_KEY, ANTHROPIC_API_KEY …, or write config/gateway.yaml."));
  const probes = await Promise.all(providers.map((provider) => client.call("probeProvider", { params: { id: provider.id }, body: {} })));
  for (const probe of probes) {
    const name = `provider ${probe.provider}`;
    if (probe.problem) findings.push(bad(name, probe.problem, probe.hint ?? ""));
    else findings.push(ok(name, `answers in ${probe.latencyMs} ms${probe.authenticated ? ", takes the key" : ""}${probe.models === null ? "" : `, lists ${probe.models} models`}`));
  }
  return findings;
}

