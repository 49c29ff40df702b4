/** `gatewayd`: the gateway without a desktop. Reads flags, prints where it can be reached, ends on a signal. */
import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { adoptSpills } from "./compose/spill-files.ts";
import { endWithSupervisor, requireSupervisor, tellSupervisor } from "./compose/worker-link.ts";
import type { GatewayInfo } from "./index.ts";
import { tuneCollector } from "./lib/tune-collector.ts";
import { loadSettings } from "./settings/load-settings.ts";
import { type Settings, SettingsError } from "./settings/types.ts";
import { readWorkerCount, settingsOfWorker } from "./settings/worker-settings.ts";
import { describeStart } from "./start-message.ts";

const HELP = `Usage: gatewayd [options]

  --config FILE     providers, routes and aliases (.yaml, .json), or settings (.ini)
  --host HOST       address to listen on (127.0.0.1)
  --port PORT       port to listen on (8081); 0 picks a free one
  --data-dir DIR    folder for the database and other state (~/.tokligence)
  --workers N       so many processes on one port; wants PostgreSQL and Redis (1)
  --version         print the version
  --help            print this text
`;

interface Flags {
  config?: string;
  host?: string;
  port?: string;
  "data-dir"?: string;
  workers?: string;
  /** Which worker this is; given by the process that starts them. */
  worker?: string;
  version?: boolean;
  help?: boolean;
}

/** @param whenListening called once, with the address told. */
export async function runDaemon(args: string[], whenListening: () => void = () => {}): Promise<void> {
  const flags = readFlags(args);
  if (flags === null) return;
  if (flags.help) return void process.stdout.write(HELP);
  if (flags.version) return void process.stdout.write(`${__VERSION__}\n`);
  try {
    const settings = readSettings(flags);
    const count = readWorkerCount(flags.workers, settings);
    if (flags.worker !== undefined)
      await serveAsWorker(settingsOfWorker(settings, Number(flags.worker)), whenListening);
    else if (count > 1) await superviseAll(settings, count, args);
    else await serve(settings, whenListening);
  } catch (error) {
    if ((error as Error).name !== "WorkerStartError") process.stderr.write(`gatewayd: ${explain(error)}\n`);
    // Everything that was opened is closed by now; a timer somewhere must not keep the terminal waiting.
    process.exit((error as { exitCode?: number }).exitCode ?? (error instanceof SettingsError ? 2 : 1));
  }
}

async function serve(settings: Settings, whenListening: () => void): Promise<void> {
  const { gateway, stop } = await open(settings);
  stopWithNpm(stop);
  announce(await gateway.start());
  whenListening();
  tuneCollector();
}

async function open(settings: Settings) {
  const { createGateway } = await import("./index.ts");
  const gateway = await createGateway(settings, process.env);
  let stopping: Promise<void> | null = null;
  const stop = (): void => {
    stopping ??= gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`gatewayd: ${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  onSignals(settings, { stop, reopen: () => gateway.reopenLog() });
  return { gateway, stop };
}

function onSignals(settings: Pick<Settings, "logFile">, on: { stop: () => void; reopen: () => void }): void {
  process.on("SIGTERM", on.stop);
  process.on("SIGINT", on.stop);
  process.on("SIGUSR1", on.reopen);
  // Of a terminal that is closed it means the end; who has set a log file runs without one.
  if (settings.logFile !== null && !process.stdout.isTTY) process.on("SIGHUP", on.reopen);
}

function announce(info: GatewayInfo): void {
  process.stdout.write(describeStart(info));
  const { url, consoleUrl, dataDir, clientKey } = info;
  process.stdout.write(
    `ready ${JSON.stringify({ url, consoleUrl, dataDir, ...(clientKey === null ? {} : { clientKey }) })}\n`,
  );
}

/** Its words go to whoever started it; it ends, in order, when that one is gone. */
async function serveAsWorker(settings: Settings, whenListening: () => void): Promise<void> {
  requireSupervisor();
  const { gateway, stop } = await open(settings);
  await endWithSupervisor(stop);
  tellSupervisor({ say: "ready", info: await gateway.start() });
  whenListening();
  tuneCollector();
}

async function superviseAll(settings: Settings, count: number, args: string[]): Promise<void> {
  await adoptSpills(settings);
  const { superviseWorkers } = await import("./supervise-workers.ts");
  const workers = superviseWorkers({
    count,
    argsOf: (worker) => [...args, "--worker", String(worker)],
    say: (text) => process.stderr.write(`gatewayd: ${text}\n`),
  });
  let isStopping = false;
  const stop = (): void => {
    isStopping = true;
    workers.signal("SIGTERM");
  };
  onSignals(settings, { stop, reopen: () => workers.signal("SIGUSR1") });
  stopWithNpm(stop);
  void workers.ended.then((code) => {
    // Whoever waits for the start hears of the end there.
    if (isStopping) process.exit(code);
  });
  announce(await workers.ready);
}

/**
 * `npm start` puts a shell between npm and this process, and a signal to npm ends the shell alone: without this, the
 * gateway would go on behind everybody's back and keep the port.
 */
function stopWithNpm(stop: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 250);
  timer.unref();
}

function readFlags(args: string[]): Flags | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        config: { type: "string" },
        host: { type: "string" },
        port: { type: "string" },
        "data-dir": { type: "string" },
        workers: { type: "string" },
        worker: { type: "string" },
        version: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`gatewayd: ${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return null;
  }
}

function readSettings(flags: Flags): Settings {
  const port = flags.port === undefined ? undefined : Number(flags.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new SettingsError([
      { where: "--port", key: "port", problem: `"${flags.port}" is no port`, hint: "0 to 65535" },
    ]);
  }
  return loadSettings({
    env: process.env,
    argv: {
      ...(flags.config === undefined ? {} : { configFile: flags.config }),
      ...(flags.host === undefined ? {} : { host: flags.host }),
      ...(port === undefined ? {} : { port }),
      ...(flags["data-dir"] === undefined ? {} : { dataDir: flags["data-dir"] }),
    },
    cwd: process.cwd(),
    homeDir: homedir(),
  });
}

function explain(thrown: unknown): string {
  const error = thrown as NodeJS.ErrnoException & { port?: number; address?: string };
  if (error.code === "EADDRINUSE") {
    return `Port ${error.port} on ${error.address} is taken by another program. Stop it, or choose another with --port.`;
  }
  if (error.code === "EACCES" && error.syscall === "listen")
    return `Port ${error.port} may not be opened by this user. Choose one above 1023.`;
  return error instanceof Error ? error.message : String(error);
}
