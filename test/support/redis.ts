/**
 * A throw-away Redis server for tests: the real thing, on a free port of its own, with its data in a temporary folder. It
 * ends with the process that started it.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface TestRedis {
  readonly url: string;
  /** Ends it at once, as a crash would. Its data is gone. */
  kill(): Promise<void>;
  /** It takes connections, and says nothing any more, until it is woken. */
  freeze(): void;
  wake(): void;
  /** Starts again on the same port. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Only a machine without the program skips; a server that does not start is an error. */
export async function startRedis(): Promise<TestRedis | { skipped: string }> {
  const program = findProgram();
  if (program === null) return { skipped: "no redis-server on this machine" };
  const server = new Server(program, await freePort());
  await server.resume();
  return server;
}

class Server implements TestRedis {
  readonly url: string;
  readonly #program: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "gateway-redis-"));
  #child: ChildProcess | null = null;

  constructor(program: string, port: number) {
    this.#program = program;
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
    process.once("exit", () => this.#child?.kill("SIGKILL"));
  }

  async resume(): Promise<void> {
    const args = ["--port", String(this.#port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    const child = spawn(this.#program, args, { cwd: this.#folder, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let said = "";
    await new Promise<void>((ready, failed) => {
      const onExit = (): void => failed(new Error(`Redis did not start:\n${said}`));
      child.once("exit", onExit);
      child.stdout.on("data", (bytes: Buffer) => {
        said += bytes.toString();
        if (!/Ready to accept connections/i.test(said)) return;
        child.off("exit", onExit);
        ready();
      });
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise<void>((done) => void child.once("exit", () => done()));
    child.kill("SIGKILL");
    await ended;
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  wake(): void {
    this.#child?.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function findProgram(): string | null {
  if (process.platform === "win32") return null;
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "redis-server"))
    .find((path) => existsSync(path));
  return found !== undefined && spawnSync(found, ["--version"]).status === 0 ? found : null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => void server.close(closed));
  return typeof address === "object" && address ? address.port : 0;
}
