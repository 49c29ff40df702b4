/**
 * What model families accept, by the shape of their names. The first pattern that fits counts; models that are newer
 * than this table get the newest behaviour of their family, because families do not go back.
 */
import type { ModelProfile } from "../ir/model-profile.ts";
import type { Effort } from "../ir/request.ts";

const CLAUDE_ADAPTIVE: ModelProfile = {
  thinking: "adaptive",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  sampling: false,
  prefill: false,
  maxOutputTokens: 128_000,
};
const GEMINI_LEVEL: ModelProfile = {
  thinking: "level",
  efforts: ["low", "medium", "high"],
  unsignedCalls: false,
  resultMedia: true,
  maxOutputTokens: 65_536,
};
/** As Google says of them: nothing may be said of sampling, and the model's turn does not come last. */
const GEMINI_NEWER: ModelProfile = { ...GEMINI_LEVEL, sampling: false, prefill: false };

const openai = (...efforts: Effort[]): ModelProfile => ({ thinking: "effort", sampling: false, efforts });

const PROFILES: readonly [RegExp, ModelProfile][] = [
  [/claude-(?:2|instant|3-(?!7))/, { thinking: "none", structuredOutput: false, maxOutputTokens: 8_192 }],
  [
    /claude-3-7/,
    { thinking: "budget", budget: { min: 1_024, max: 64_000 }, structuredOutput: false, maxOutputTokens: 64_000 },
  ],
  [
    /claude-(?:opus-4-[01]\b|opus-4-2025|opus-4$)/,
    { thinking: "budget", budget: { min: 1_024, max: 32_000 }, structuredOutput: false, maxOutputTokens: 32_000 },
  ],
  [
    /claude-(?:sonnet-4-2025|sonnet-4-0|sonnet-4$)/,
    { thinking: "budget", budget: { min: 1_024, max: 64_000 }, structuredOutput: false, maxOutputTokens: 64_000 },
  ],
  [
    /claude-(?:haiku-4|sonnet-4-5|opus-4-5)/,
    { thinking: "budget", budget: { min: 1_024, max: 64_000 }, maxOutputTokens: 64_000 },
  ],
  [
    /claude-(?:opus|sonnet)-4-6/,
    { thinking: "adaptive", efforts: ["low", "medium", "high", "max"], prefill: false, maxOutputTokens: 128_000 },
  ],
  [/claude-/, CLAUDE_ADAPTIVE],
  [/gemini-(?:1\.|2\.0)/, { thinking: "none", maxOutputTokens: 8_192 }],
  [/gemini-2\.5-pro/, { thinking: "budget", budget: { min: 128, max: 32_768 }, maxOutputTokens: 65_536 }],
  [/gemini-2\.5/, { thinking: "budget", budget: { min: 0, max: 24_576 }, maxOutputTokens: 65_536 }],
  [/gemini-3-pro/, { ...GEMINI_LEVEL, efforts: ["low", "high"] }],
  [
    /gemini-3(?:\.[0-5])?-flash(?!-lite)|gemini-3(?:\.[0-4])?-flash-lite/,
    { ...GEMINI_LEVEL, efforts: ["minimal", "low", "medium", "high"] },
  ],
  [/gemini-3\.(?:5-flash-lite|6-flash)/, { ...GEMINI_NEWER, efforts: ["minimal", "low", "medium", "high"] }],
  [/gemini-3(?:\.[0-5])?-/, GEMINI_LEVEL],
  [/gemini-/, GEMINI_NEWER],
  [/(?:^|\/)(?:gpt-4|gpt-3|gpt-5-chat|chatgpt-4o)/, { thinking: "none" }],
  [/(?:^|\/)gpt-oss/, { thinking: "effort", efforts: ["low", "medium", "high"] }],
  [/(?:^|\/)gpt-\d.*chat-latest/, openai("medium")],
  [/(?:^|\/)gpt-5-pro/, openai("high")],
  [/(?:^|\/)gpt-5\.\d-pro/, openai("medium", "high", "xhigh")],
  [/(?:^|\/)(?:o\d|codex-|gpt-5(?:\.1)?-codex(?!-max))/, openai("low", "medium", "high")],
  [/(?:^|\/)gpt-5.*-codex/, openai("low", "medium", "high", "xhigh")],
  [/(?:^|\/)gpt-5(?!\.)/, openai("minimal", "low", "medium", "high")],
  [/(?:^|\/)gpt-5\.1/, openai("none", "low", "medium", "high")],
  [/(?:^|\/)gpt-5\.[2-5]/, openai("none", "low", "medium", "high", "xhigh")],
  [/(?:^|\/)gpt-\d/, openai("none", "low", "medium", "high", "xhigh", "max")],
  [/grok-(?:3-mini|[4-9])/, { thinking: "effort" }],
];

const UNKNOWN: ModelProfile = {};

/** Of the models asked for lately: each request asks, and there are dozens of patterns. */
const known = new Map<string, ModelProfile>();
/** Clients may ask for any name. */
const MOST_KNOWN = 200;

export function profileOf(model: string): ModelProfile {
  let profile = known.get(model);
  if (profile === undefined) {
    const name = model.toLowerCase();
    profile = PROFILES.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(model, profile);
  }
  return profile;
}
