/**
 * Real coding agents from npm, run without a terminal. They are large, so nothing here is part of `npm test`;
 * `npm run test:agents` installs each into the system's temporary folder once.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Surface } from "../../src-gateway/ir/protocol.ts";
import type { ToolCall } from "../fakes/scripted-provider/types.ts";

/** Longer than any agent needs for three turns on a busy machine. */
const PATIENCE_MS = 60_000;

export interface Task {
  gatewayUrl: string;
  key: string;
  /** As the agent names it. */
  model: string;
  /** Where it works; empty at first, and its home, so that nobody's own settings are read. */
  folder: string;
  prompt: string;
}

/** Calls of an agent's own tools, under the names that the provider knows. */
export interface AgentTools {
  write(task: Task, file: string, text: string): ToolCall;
  read(task: Task, file: string): ToolCall;
  shell(command: string): ToolCall;
}

export interface Agent {
  name: string;
  /** As its makers write it, with the wire that it speaks where there is a choice. */
  title: string;
  packageName: string;
  version: string;
  bin: string;
  surface: Surface;
  /** Writes the settings that the agent wants in a file, and says how to start it. */
  prepare(task: Task): { args: string[]; env: Record<string, string> };
  tools: AgentTools;
}

export interface Run {
  code: number | null;
  output: string;
}

export const homeOf = (agent: Agent): string => join(tmpdir(), `tokligence-${agent.name}-${agent.version}`);

export function installAgent(agent: Agent): void {
  const home = homeOf(agent);
  if (existsSync(join(home, "node_modules", ".bin", agent.bin))) return;
  mkdirSync(home, { recursive: true });
  const args = ["install", "--prefix", home, "--no-audit", "--no-fund", "--loglevel=error"];
  const done = spawnSync("npm", [...args, `${agent.packageName}@${agent.version}`], { stdio: "inherit" });
  if (done.status !== 0) throw new Error(`${agent.packageName} could not be installed`);
}

/** A new folder of work for one run. */
export const newFolder = (agent: Agent): string => {
  mkdirSync(homeOf(agent), { recursive: true });
  return mkdtempSync(join(homeOf(agent), "work-"));
};

/** An agent that does not come to an end is stopped, and has no code. */
export async function runAgent(agent: Agent, task: Task): Promise<Run> {
  const { args, env } = agent.prepare(task);
  const child = spawn(join(homeOf(agent), "node_modules", ".bin", agent.bin), args, {
    cwd: task.folder,
    env: { PATH: process.env["PATH"], HOME: task.folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}
