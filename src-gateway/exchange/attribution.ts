/**
 * Which agent, session and project is behind a request, read from what real clients send of themselves.
 * Pure. Agents are named `name/version`; a client that cannot be recognised is null, never guessed.
 */
import type { Headers } from "./types.ts";

export interface Attribution {
  agent: string | null;
  session: string | null;
  /** No agent sends it on its own; all can be given a header. */
  gitBranch: string | null;
}

/** In order: the first pattern that fits the user agent names the agent. */
const AGENTS: readonly [RegExp, string][] = [
  [/^claude-(?:cli|code)\/(\S+)/, "claude-code"],
  [/^codex_(?:exec|tui|cli_rs|vscode|sdk_ts)\/(\S+)/i, "codex"],
  [/^codex-tui\/(\S+)/i, "codex"],
  [/^GeminiCLI(?:-\w+)?\/([^\s/]+)/, "gemini-cli"],
  [/^QwenCode\/(\S+)/, "qwen-code"],
  [/^opencode\/(\S+)/i, "opencode"],
  [/^Cline\/(\S+)/i, "cline"],
  [/^pi(?:\/(\S+)| \()/, "pi"],
  [/^OpenAI\/(?:JS|Python) (\S+)/, "openai-sdk"],
  [/^Anthropic\/(?:JS|Python) (\S+)/, "anthropic-sdk"],
  [/^google-genai-sdk\/(\S+)/, "google-genai-sdk"],
  [/^ai-sdk[-/][\w-]+\/(\S+)/, "ai-sdk"],
  [/^langchainjs-\w+\/(\S+)/, "langchain"],
  [/^curl\/(\S+)/, "curl"],
];

/** Headers that name a session, the most specific first. */
const SESSION_HEADERS = [
  "x-claude-code-session-id",
  "session-id",
  "session_id",
  "x-session-id",
  "x-tokligence-session",
] as const;

export function attribute(headers: Headers): Attribution {
  return { agent: agentOf(headers), session: sessionOf(headers), gitBranch: branchOf(headers) };
}

function agentOf(headers: Headers): string | null {
  const userAgent = one(headers["user-agent"]) ?? "";
  // OpenCode travels on an SDK's user agent but marks its sessions in a way of its own.
  if (headers["x-session-affinity"] !== undefined && !/^opencode\//i.test(userAgent)) return "opencode";
  const agent = agentByUserAgent(userAgent);
  if (agent !== null) return agent;
  const originator = one(headers["originator"]);
  return originator?.startsWith("codex") ? "codex" : null;
}

/** An agent sends the same text with each of its requests. */
const known = new Map<string, string | null>();
const MAX_KNOWN = 500;
const LONGEST_KNOWN = 300;

function agentByUserAgent(userAgent: string): string | null {
  const before = known.get(userAgent);
  if (before !== undefined) return before;
  const agent = agentNamedBy(userAgent);
  if (userAgent.length > LONGEST_KNOWN) return agent;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(userAgent, agent);
  return agent;
}

function agentNamedBy(userAgent: string): string | null {
  for (const [pattern, name] of AGENTS) {
    const match = pattern.exec(userAgent);
    if (match) return match[1] === undefined ? name : `${name}/${clip(match[1], 40)}`;
  }
  return null;
}

/**
 * Some agents send the name of an SDK, and one that of another agent. A key that was made for one agent knows better; what
 * the agent says of its version is kept where it fits.
 */
export const agentByKey = (agent: string | null, ofKey: string | null): string | null =>
  ofKey === null || agent?.split("/")[0] === ofKey ? agent : ofKey;

function sessionOf(headers: Headers): string | null {
  for (const name of SESSION_HEADERS) {
    const value = one(headers[name]);
    if (value) return clip(value, 100);
  }
  return null;
}

function branchOf(headers: Headers): string | null {
  const branch = one(headers["x-tokligence-git-branch"]);
  return branch ? clip(branch, 200) : null;
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
const clip = (text: string, length: number): string => text.slice(0, length);
