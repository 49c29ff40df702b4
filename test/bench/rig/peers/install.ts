/**
 * Other people's gateways, from npm, in a folder for caches outside of the project. They are started as their own
 * documentation says, and asked nothing but what the mock provider answers.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const INSTALL_LIMIT_MS = 180_000;

const PACKAGES = {
  // With the versions of its own lock file: with those that npm finds today each of its streams fails.
  portkey: ["@portkey-ai/gateway@1.15.2", "hono@4.9.7", "@hono/node-server@1.13.5"],
  "claude-code-router": ["@musistudio/claude-code-router@2.0.0"],
  // With the database that its own scripts, which write into the home folder and are not run, would install beside it.
  "9router": ["9router@0.5.69", "better-sqlite3@13.0.3"],
} as const;

export type PeerPackage = keyof typeof PACKAGES;

export function installPeer(name: PeerPackage): { folder: string } | { skipped: string } {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "tokligence-bench", name);
  if (existsSync(join(folder, "installed"))) return { folder };
  mkdirSync(folder, { recursive: true });
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, ...PACKAGES[name]];
  const { status, stderr } = spawnSync("npm", args, { timeout: INSTALL_LIMIT_MS });
  if (status !== 0)
    return { skipped: `not measured: npm cannot install it (${stderr.toString().slice(0, 120).trim()})` };
  writeFileSync(join(folder, "installed"), "");
  return { folder };
}
