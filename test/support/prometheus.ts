/** A real Prometheus for tests, on a free port, with its data in a temporary folder; and promtool beside it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { until } from "./until.ts";

export interface TestPrometheus {
  url: string;
  /** The samples of an expression at this moment. @throws Error with Prometheus' own words when it cannot be evaluated. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]>;
  /** Its API, below `/api/v1`. */
  api(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Null on a machine without the program. */
export function findProgram(name: "prometheus" | "promtool"): string | null {
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  return found !== undefined && spawnSync(found, ["--version"]).status === 0 ? found : null;
}

/** @param config prometheus.yml; relative paths in it start at its folder. */
export async function startPrometheus(
  program: string,
  config: string,
  files: Record<string, string>,
): Promise<TestPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-prometheus-"));
  const configFile = join(folder, "prometheus.yml");
  writeFileSync(configFile, config);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const port = await freePort();
  const args = [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const killWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus did not start:\n${said}`);
    return (await fetch(`${url}/-/ready`).catch(() => null))?.status === 200;
  }, 50);
  const api = async (path: string): Promise<unknown> => {
    const reply = await fetch(`${url}/api/v1${path}`);
    const { status, data, error } = (await reply.json()) as { status: string; data: unknown; error?: string };
    if (status !== "success") throw new Error(`${path}: ${error ?? reply.status}`);
    return data;
  };
  return {
    url,
    api,
    async query(expression) {
      const data = (await api(`/query?query=${encodeURIComponent(expression)}`)) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async stop() {
      process.off("exit", killWithUs);
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
