/** Codex on providers that never heard of Responses. The model's name decides which tools it offers, and how. */
import { describe } from "vitest";
import { codex, patchTools, programTools } from "./codex.ts";
import { toolLoop } from "./tool-loop.suite.ts";

const WIRES = [
  { wire: "anthropic-messages", model: "claude-opus-4-8", compat: [] },
  { wire: "openai-chat", model: "deepseek-reasoner", compat: ["reasoning-content"] },
  { wire: "gemini-content", model: "gemini-3-pro", compat: [] },
] as const;

const NAMES = [
  { askedAs: "house-model", tools: codex.tools },
  { askedAs: "gpt-5.5", tools: patchTools },
  { askedAs: "gpt-6.1-sol", tools: programTools },
];

describe("Codex", () => {
  for (const { wire, model, compat } of WIRES)
    for (const { askedAs, tools } of NAMES)
      describe(`on ${wire} as ${askedAs}`, () => {
        toolLoop({ agent: codex, wire, model, askedAs, tools, compat: [...compat] });
      });
});
