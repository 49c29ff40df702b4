/** Claude Code on providers that never heard of Messages. */
import { describe } from "vitest";
import { claudeCode } from "./claude-code.ts";
import { toolLoop } from "./tool-loop.suite.ts";

describe("Claude Code", () => {
  describe.each([
    { wire: "openai-chat", model: "deepseek-reasoner", askedAs: "claude-sonnet-4-5", compat: ["reasoning-content"] },
    { wire: "openai-chat", model: "gpt-5.4", askedAs: "gpt-5.4" },
    { wire: "openai-responses", model: "gpt-5.4", askedAs: "claude-opus-4-8" },
    { wire: "openai-responses", model: "gpt-5.4", askedAs: "claude-sonnet-4-5" },
    { wire: "gemini-content", model: "gemini-3-pro", askedAs: "claude-sonnet-4-5" },
    { wire: "gemini-content", model: "gemini-2.5-pro", askedAs: "house-model" },
  ] as const)("on $wire as $askedAs", (each) => {
    toolLoop({ agent: claudeCode, ...each, compat: [...("compat" in each ? each.compat : [])] });
  });
});
