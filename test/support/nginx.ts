/** A real nginx with a configuration of this project, its names, ports and paths filled in. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.ts";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));

export interface TestNginx {
  url: string;
  pid: number;
  /** Lines of the access log: the path of each request that is over, and which replicas were asked, in their order. */
  asked(): { path: string; status: number; replicas: string[] }[];
  errors(): string;
  stop(): Promise<void>;
}

/** Null on a machine without it. */
export function findNginx(): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  const found = folders.map((folder) => join(folder, "nginx")).find((path) => existsSync(path));
  return found !== undefined && spawnSync(found, ["-v"]).status === 0 ? found : null;
}

/** @param replicas `host:port` of each. */
export async function startNginx(program: string, replicas: readonly string[]): Promise<TestNginx> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-nginx-"));
  const port = await freePort();
  const site = fillIn(readFileSync(join(deploy, "compose/nginx.conf"), "utf8"), folder, replicas).replace(
    "listen 8081;",
    `listen 127.0.0.1:${port};`,
  );
  const file = writeConfig(folder, site);
  const child = spawn(program, ["-p", folder, "-c", file], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const killWithUs = (): void => void child.kill("SIGTERM");
  process.once("exit", killWithUs);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => void (said += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`nginx did not start:\n${said}`);
    return (await fetch(`${url}/livez`).catch(() => null))?.status === 200;
  }, 20);
  return {
    url,
    pid: child.pid ?? 0,
    asked: () => readLog(join(folder, "access.log")),
    errors: () => said + readFileSync(join(folder, "error.log"), "utf8"),
    async stop() {
      process.off("exit", killWithUs);
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What nginx says of the configuration with TLS; empty when it is right. */
export function checkTlsSite(program: string, certificate: { cert: string; key: string }): string {
  const folder = mkdtempSync(join(tmpdir(), "gateway-nginx-"));
  try {
    writeFileSync(join(folder, "certificate.pem"), certificate.cert);
    writeFileSync(join(folder, "private-key.pem"), certificate.key, { mode: 0o600 });
    const text = readFileSync(join(deploy, "nginx/tokligence-gateway.conf"), "utf8");
    const site = fillIn(text, folder, ["127.0.0.1:1", "127.0.0.1:2"]);
    const { status, stderr } = spawnSync(program, ["-t", "-q", "-p", folder, "-c", writeConfig(folder, site)]);
    return status === 0 ? "" : stderr.toString();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fillIn(text: string, folder: string, [one = "", two = ""]: readonly string[]): string {
  return text
    .replace("gateway-1:8081", one)
    .replace("gateway-2:8081", two)
    .replaceAll("/etc/nginx/tokligence/proxy.conf", join(deploy, "nginx/proxy.conf"))
    .replaceAll("/etc/nginx/tokligence/", `${folder}/`)
    .replace(/access_log \/\S+ tokligence/, `access_log ${folder}/access.log tokligence`)
    .replace(/error_log \/\S+/, `error_log ${folder}/error.log`);
}

function writeConfig(folder: string, site: string): string {
  const file = join(folder, "nginx.conf");
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(join(folder, "site.conf"), site);
  writeFileSync(
    file,
    `${process.getuid?.() === 0 ? "user root;\n" : ""}daemon off;\nworker_processes 1;\npid ${folder}/pid;
error_log ${folder}/error.log crit;\nevents { worker_connections 1024; }
http {\n${places.join("\n")}\ninclude ${folder}/site.conf;\n}\n`,
  );
  return file;
}

const LINE = /^\S+ \[[^\]]+\] "\S+ (\S+)" (\d+) \d+ [\d.]+ ([\d.:, -]+) "/;
function readLog(path: string): ReturnType<TestNginx["asked"]> {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, uri, status, replicas] = LINE.exec(line) ?? [];
      if (uri === undefined) return [];
      return [{ path: uri, status: Number(status), replicas: (replicas ?? "").split(", ") }];
    });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
