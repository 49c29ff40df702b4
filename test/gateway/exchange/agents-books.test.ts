/** What real agents send of themselves, and what the ledger makes of it: by agent, session, project and branch. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { keyScopes } from "../../../src-gateway/agents/view.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { rootClient } from "../admin-api/admin-client.ts";

const SESSION = "0f8fad5b-d9cb-469f-a165-70867728950e";
const CHAT = { path: "/v1/chat/completions", body: { model: "loopback", messages: [{ role: "user", content: "hi" }] } };
const MESSAGES = {
  path: "/v1/messages?beta=true",
  body: { model: "loopback", max_tokens: 9, messages: [{ role: "user", content: "hi" }] },
};
const RESPONSES = { path: "/v1/responses", body: { model: "loopback", input: "hi" } };
const GEMINI = {
  path: "/v1beta/models/loopback:generateContent",
  body: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
};

interface Sent {
  /** As `gateway connect` names it: the key is made for it. */
  agent: string;
  on: { path: string; body: object };
  headers: Record<string, string>;
  counted: string;
  session: string | null;
}

/** The headers of recorded requests that say who is there. */
const SENT: Sent[] = [
  {
    agent: "claude-code",
    on: MESSAGES,
    headers: {
      "user-agent": "claude-cli/2.1.329 (external, cli)",
      "x-app": "cli",
      "x-claude-code-session-id": SESSION,
    },
    counted: "claude-code/2.1.329",
    session: SESSION,
  },
  {
    agent: "codex",
    on: RESPONSES,
    headers: {
      "user-agent": "codex_exec/0.169.0 (Debian 12.0.0; x86_64) dumb (codex_exec; 0.169.0)",
      originator: "codex_exec",
      "session-id": SESSION,
      "thread-id": SESSION,
    },
    counted: "codex/0.169.0",
    session: SESSION,
  },
  {
    agent: "gemini-cli",
    on: GEMINI,
    headers: { "user-agent": "GeminiCLI-tui/0.61.0/gemini-2.5-pro (linux; x64; terminal)" },
    counted: "gemini-cli/0.61.0",
    session: null,
  },
  {
    agent: "opencode",
    on: CHAT,
    headers: {
      "user-agent": "opencode/1.18.33 ai-sdk/provider-utils/4.0.23 runtime/bun/1.3.14",
      "x-session-id": "ses_1",
      "x-session-affinity": "ses_1",
    },
    counted: "opencode/1.18.33",
    session: "ses_1",
  },
  {
    agent: "qwen-code",
    on: CHAT,
    headers: { "user-agent": "QwenCode/0.24.4 (linux; x64)" },
    counted: "qwen-code/0.24.4",
    session: null,
  },
  // It bears another agent's name on this wire.
  {
    agent: "qwen-code",
    on: MESSAGES,
    headers: { "user-agent": "claude-cli/0.24.4 (external, cli)", "x-app": "cli" },
    counted: "qwen-code",
    session: null,
  },
  {
    agent: "cline",
    on: CHAT,
    headers: { "user-agent": "ai-sdk/openai-compatible/3.0.37 ai-sdk/provider-utils/5.0.30 runtime/bun/1.3.13" },
    counted: "cline",
    session: null,
  },
  { agent: "continue", on: MESSAGES, headers: { "user-agent": "node-fetch" }, counted: "continue", session: null },
  { agent: "continue", on: CHAT, headers: { "user-agent": "ls/JS 5.23.2" }, counted: "continue", session: null },
  {
    agent: "pi",
    on: RESPONSES,
    headers: { "user-agent": "pi (linux 6.1.0; x64)", session_id: SESSION },
    counted: "pi",
    session: SESSION,
  },
];

let gateway: TestGateway;
const keys = new Map<string, string>();
beforeAll(async () => {
  gateway = await startTestGateway();
  const client = rootClient(gateway);
  const root = (await client.call("listUsers"))[0]?.id ?? 0;
  for (const name of new Set(SENT.map(({ agent }) => agent))) {
    const { token } = await client.call("createUserKey", {
      params: { id: root },
      body: { name, scopes: keyScopes(name) },
    });
    keys.set(name, token);
  }
});
afterAll(() => gateway.stop());

/** A client that says nothing but what it is given: fetch would add a name of its own. */
async function send({ agent, on, headers }: Sent, more: Record<string, string>, prefix = ""): Promise<Response> {
  const key = keys.get(agent) ?? "";
  return gateway.post(prefix + on.path, on.body, { authorization: `Bearer ${key}`, ...headers, ...more });
}

describe("the books of connected agents", () => {
  it.each(SENT.map((sent) => [`${sent.agent} on ${sent.on.path}`, sent] as const))("know %s", async (_name, sent) => {
    const branch = { "x-tokligence-git-branch": "feat/books" };
    const record = await gateway.recordOf(await send(sent, { ...branch, "x-tokligence-project": "by-header" }));
    expect(record).toMatchObject({
      agent: sent.counted,
      session: sent.session,
      project: "by-header",
      gitBranch: "feat/books",
      outcome: "completed",
    });
    const inProject = await gateway.recordOf(await send(sent, {}, "/p/by-address"));
    expect(inProject).toMatchObject({ agent: sent.counted, project: "by-address", gitBranch: null });
  });

  it("are summed up by each of them", async () => {
    const client = rootClient(gateway);
    const groupsBy = async (groupBy: "agent" | "session" | "project" | "branch"): Promise<(string | null)[]> => {
      const sums: ReplyOf<"usageBreakdown"> = await client.call("usageBreakdown", { query: { groupBy } });
      return sums.map(({ group }) => group);
    };
    expect(await groupsBy("agent")).toEqual(expect.arrayContaining([...new Set(SENT.map(({ counted }) => counted))]));
    expect(await groupsBy("session")).toEqual(expect.arrayContaining([SESSION, "ses_1", null]));
    expect(await groupsBy("project")).toEqual(expect.arrayContaining(["by-header", "by-address"]));
    expect(await groupsBy("branch")).toEqual(expect.arrayContaining(["feat/books", null]));
  });
});
