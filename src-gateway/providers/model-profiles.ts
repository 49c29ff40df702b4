/**
 * What model families accept, by the shape of their names. The first pattern that fits counts; models that are newer
 * than this table get the newest behaviour of their family, because families do not go back.
 */
import type { ModelProfile } from "../ir/model-profile.ts";

const CLAUDE_ADAPTIVE: ModelProfile = { thinking: "adaptive", sampling: false, prefill: false, maxOutputTokens: 128_000 };
const GEMINI_LEVEL: ModelProfile = { thinking: "level", unsignedCalls: false, resultMedia: true, maxOutputTokens: 65_536 };
const OPENAI_REASONING: ModelProfile = { thinking: "effort", sampling: false };

const PROFILES: readonly [RegExp, ModelProfile][] = [
  [/claude-(?:2|instant|3-(?!7))/, { thinking: "none", structuredOutput: false, maxOutputTokens: 8_192 }],
  [/claude-3-7/, { thinking: "budget", budget: { min: 1_024, max: 64_000 }, structuredOutput: false, maxOutputTokens: 64_000 }],
  [/claude-(?:opus-4-[01]\b|opus-4-2025|opus-4$)/, { thinking: "budget", budget: { min: 1_024, max: 32_000 }, structuredOutput: false, maxOutputTokens: 32_000 }],
  [/claude-(?:sonnet-4-2025|sonnet-4-0|sonnet-4$)/, { thinking: "budget", budget: { min: 1_024, max: 64_000 }, structuredOutput: false, maxOutputTokens: 64_000 }],
  [/claude-(?:haiku-4|sonnet-4-5|opus-4-5)/, { thinking: "budget", budget: { min: 1_024, max: 64_000 }, maxOutputTokens: 64_000 }],
  [/claude-(?:opus|sonnet)-4-6/, { thinking: "adaptive", prefill: false, maxOutputTokens: 128_000 }],
  [/claude-/, CLAUDE_ADAPTIVE],
  [/gemini-(?:1\.|2\.0)/, { thinking: "none", maxOutputTokens: 8_192 }],
  [/gemini-2\.5-pro/, { thinking: "budget", budget: { min: 128, max: 32_768 }, maxOutputTokens: 65_536 }],
  [/gemini-2\.5/, { thinking: "budget", budget: { min: 0, max: 24_576 }, maxOutputTokens: 65_536 }],
  [/gemini-/, GEMINI_LEVEL],
  [/(?:^|\/)(?:gpt-4|gpt-3|chatgpt-4o)/, { thinking: "none" }],
  [/(?:^|\/)(?:gpt-oss)/, { thinking: "effort" }],
  [/(?:^|\/)(?:gpt-\d|o\d|codex-)/, OPENAI_REASONING],
  [/grok-(?:3-mini|[4-9])/, { thinking: "effort" }],
];

const UNKNOWN: ModelProfile = {};

export function profileOf(model: string): ModelProfile {
  const name = model.toLowerCase();
  return PROFILES.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
}
