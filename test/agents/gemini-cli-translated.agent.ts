/** Gemini CLI on providers that never heard of generateContent. */
import { describe } from "vitest";
import { geminiCli } from "./gemini-cli.ts";
import { toolLoop } from "./tool-loop.suite.ts";

describe("Gemini CLI", () => {
  describe.each([
    { wire: "anthropic-messages", model: "claude-sonnet-4-5", askedAs: "gemini-2.5-pro" },
    { wire: "openai-chat", model: "gpt-5.4", askedAs: "gemini-2.5-flash" },
    { wire: "openai-responses", model: "gpt-5.4", askedAs: "gemini-2.5-pro" },
  ] as const)("on $wire as $askedAs", (each) => {
    toolLoop({ agent: geminiCli, ...each });
  });
});
