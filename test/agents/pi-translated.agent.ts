/** pi, as a client of Chat and as one of Messages, on providers that never heard of either. */
import { describe } from "vitest";
import { piOnChat, piOnMessages } from "./pi.ts";
import { toolLoop } from "./tool-loop.suite.ts";

describe("pi by Chat", () => {
  describe.each([
    { wire: "anthropic-messages", model: "claude-sonnet-4-5", askedAs: "claude-sonnet-4-5" },
    { wire: "openai-responses", model: "gpt-5.4", askedAs: "gpt-5.4" },
    { wire: "gemini-content", model: "gemini-3-pro", askedAs: "house-model" },
  ] as const)("on $wire as $askedAs", (each) => {
    toolLoop({ agent: piOnChat, ...each });
  });
});

describe("pi by Messages", () => {
  describe.each([
    { wire: "openai-chat", model: "gpt-5.4", askedAs: "house-model" },
    { wire: "gemini-content", model: "gemini-2.5-pro", askedAs: "claude-opus-4-8" },
  ] as const)("on $wire as $askedAs", (each) => {
    toolLoop({ agent: piOnMessages, ...each });
  });
});
