/**
 * A throw-away ClickHouse server for tests: the real thing, on a free port of its own, with its data in a temporary folder.
 * It ends with the process that started it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface TestClickHouse {
  readonly url: string;
  stop(): Promise<void>;
}

/** Only a machine without the program skips; a server that does not start is an error. */
export async function startClickHouse(): Promise<TestClickHouse | { skipped: string }> {
  const program = findProgram();
  if (program === null) return { skipped: "neither clickhouse nor clickhouse-server on PATH" };
  const folder = mkdtempSync(join(tmpdir(), "gateway-clickhouse-"));
  const port = await freePort();
  const config = join(folder, "config.xml");
  for (const name of ["data", "tmp", "files", "schemas"]) mkdirSync(join(folder, name));
  writeFileSync(config, configuration(folder, port));
  const args = program.endsWith("clickhouse-server") ? [] : ["server"];
  const child = spawn(program, [...args, `--config-file=${config}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    process.off("exit", end);
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(child, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

const configuration = (folder: string, port: number): string => `<clickhouse>
  <logger><level>warning</level><console>1</console></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${port}</http_port>
  <path>${folder}/data/</path>
  <tmp_path>${folder}/tmp/</tmp_path>
  <user_files_path>${folder}/files/</user_files_path>
  <format_schema_path>${folder}/schemas/</format_schema_path>
  <mark_cache_size>67108864</mark_cache_size>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
  </default></users>
</clickhouse>
`;

const PATIENCE_MS = 60_000;

async function answers(child: ChildProcess, url: string): Promise<void> {
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-4_000);
  });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`ClickHouse did not start:\n${said}`);
    const isThere = await fetch(`${url}/ping`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isThere) return;
    await new Promise((again) => setTimeout(again, 50));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((done) => void child.once("exit", () => done()));
  child.kill("SIGKILL");
  await exited;
}

function findProgram(): string | null {
  if (process.platform === "win32") return null;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = ["clickhouse", "clickhouse-server"].flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => void server.close(closed));
  return typeof address === "object" && address ? address.port : 0;
}
