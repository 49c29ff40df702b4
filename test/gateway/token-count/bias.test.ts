import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { biasFor } from "../../../src-gateway/token-count/bias.ts";

describe("the bias", () => {
  it("never pulls a count below what was counted", () => {
    fc.assert(
      fc.property(fc.string(), (model) => {
        expect(biasFor(model)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it.each([
    "claude-opus-4-7",
    "anthropic.claude-sonnet-4-5-v1:0",
    "openrouter/anthropic/claude-haiku-4.5",
    "Claude-3",
  ])("is the largest for %s", (model) => {
    expect(biasFor(model)).toBe(1.5);
  });

  it.each([
    "gpt-5.2",
    "openai/gpt-5.2-codex",
    "o3",
    "o4-mini",
    "azure/o3-pro",
    "codex-mini-latest",
  ])("is small for %s, which reads the tokens that were counted", (model) => {
    expect(biasFor(model)).toBe(1.05);
  });

  it.each([
    "deepseek-v3.2",
    "qwen3-coder",
    "gemini-3-pro",
    "llama-4",
    "solo3",
    "nemo1-base",
    "",
  ])("leans upward for %s", (model) => {
    expect(biasFor(model)).toBe(1.25);
  });
});
