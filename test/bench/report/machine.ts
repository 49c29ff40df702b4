/** What the figures were found on. */
import { spawnSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import packageJson from "../../../package.json" with { type: "json" };
import { findNginx } from "../../support/nginx.ts";
import type { Fact } from "../rig/bench.ts";
import { placing } from "../rig/placing.ts";

export function describeMachine(): Fact[] {
  const nginx = findNginx();
  const version = nginx === null ? "" : spawnSync(nginx, ["-v"]).stderr.toString();
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"]).stdout.toString().trim();
  return [
    { name: "Processor", value: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} threads` },
    { name: "Memory", value: `${Math.round(totalmem() / 2 ** 30)} GiB` },
    { name: "System", value: `Linux ${release()}` },
    { name: "Placing", value: placing },
    { name: "Node", value: process.version },
    { name: "undici", value: packageJson.devDependencies.undici },
    { name: "SQLite", value: `better-sqlite3 ${packageJson.dependencies["better-sqlite3"]}` },
    { name: "nginx", value: /nginx\/(\S+)/.exec(version)?.[1] ?? "not installed" },
    { name: "Commit", value: commit === "" ? "none" : commit },
  ];
}
