import { describe, expect, it } from "vitest";
import { agentByKey, attribute } from "../../../src-gateway/exchange/attribution.ts";

describe("attribution", () => {
  it.each([
    [
      { "user-agent": "claude-cli/2.1.329 (external, sdk-cli)", "x-claude-code-session-id": "s1" },
      "claude-code/2.1.329",
      "s1",
    ],
    [{ "user-agent": "codex_exec/0.169.0 (Debian 12.0.0; x86_64)", "session-id": "s2" }, "codex/0.169.0", "s2"],
    [{ "user-agent": "codex-tui/0.169.0", originator: "codex-tui" }, "codex/0.169.0", null],
    [{ "user-agent": "GeminiCLI-tui/0.61.0/gemini-2.5-pro (linux; x64)" }, "gemini-cli/0.61.0", null],
    [
      { "user-agent": "ai-sdk/openai/3.0 runtime/node", "x-session-affinity": "x", "x-session-id": "s3" },
      "opencode",
      "s3",
    ],
    [{ "user-agent": "opencode/1.18.33 ai-sdk/provider-utils/4.0.23 runtime/bun/1.3.14" }, "opencode/1.18.33", null],
    [{ "user-agent": "pi (linux 6.1; x64)" }, "pi", null],
    [{ "user-agent": "QwenCode/0.24.4 (linux; x64)" }, "qwen-code/0.24.4", null],
    [{ "user-agent": "ai-sdk-openai-compatible/3.0.92 node.js/24" }, "ai-sdk/3.0.92", null],
    [{ "user-agent": "OpenAI/JS 7.55.0" }, "openai-sdk/7.55.0", null],
    [{ "user-agent": "Anthropic/JS 1.11.0" }, "anthropic-sdk/1.11.0", null],
    [{ "user-agent": "google-genai-sdk/3.1.0 gl-node/v24" }, "google-genai-sdk/3.1.0", null],
    [{ "user-agent": "curl/7.88.1" }, "curl/7.88.1", null],
    [{ "user-agent": "claude-code/2.1.329" }, "claude-code/2.1.329", null],
    [{ "user-agent": "langchainjs-openai/1.0.0 ((node/v24.21.0; linux; x64))" }, "langchain/1.0.0", null],
    [{ "user-agent": "Mozilla/5.0" }, null, null],
    [{}, null, null],
  ])("reads %j", (headers, agent, session) => {
    expect(attribute(headers)).toEqual({ agent, session, gitBranch: null });
  });

  it("reads the same from a user agent that it has met before, alone or beside other headers, and from a long one", () => {
    const userAgent = "OpenAI/JS 7.55.0";
    for (let turn = 0; turn < 2; turn++) {
      expect(attribute({ "user-agent": userAgent }).agent).toBe("openai-sdk/7.55.0");
      expect(attribute({ "user-agent": userAgent, "x-session-affinity": "x" }).agent).toBe("opencode");
      expect(attribute({ "user-agent": "unknown/1", originator: "codex_vscode" }).agent).toBe("codex");
      expect(attribute({ "user-agent": "unknown/1" }).agent).toBeNull();
      expect(attribute({ "user-agent": `curl/8 ${"x".repeat(1000)}` }).agent).toBe("curl/8");
    }
    for (let n = 0; n < 1000; n++) expect(attribute({ "user-agent": `curl/${n}` }).agent).toBe(`curl/${n}`);
  });

  it("takes the branch from a header that any agent can be given", () => {
    expect(attribute({ "x-tokligence-git-branch": "feat/bills" }).gitBranch).toBe("feat/bills");
  });

  it("believes the key that was made for an agent, and the agent about its version", () => {
    // Qwen Code on Messages, Cline on any wire, Continue on Messages.
    expect(agentByKey("claude-code/0.24.4", "qwen-code")).toBe("qwen-code");
    expect(agentByKey("ai-sdk/3.0.37", "cline")).toBe("cline");
    expect(agentByKey(null, "continue")).toBe("continue");
    expect(agentByKey("codex/0.169.0", "codex")).toBe("codex/0.169.0");
    expect(agentByKey("codex/0.169.0", null)).toBe("codex/0.169.0");
    expect(agentByKey(null, null)).toBeNull();
  });

  it("cuts what is too long", () => {
    expect(attribute({ "x-session-id": "x".repeat(500) }).session).toHaveLength(100);
  });
});
