/** How a wire wants a conversation that was not written for it. */
import type { ModelProfile } from "../../ir/model-profile.ts";
import type { ProviderWire } from "../../ir/protocol.ts";

export interface AdaptTarget {
  wire: ProviderWire;
  /** The provider instance; opaque state returns only to the one that made it. */
  provider: string;
  model: string;
  profile: ModelProfile;
  compat: ReadonlySet<string>;
}

/** Claude has rules of its own, whoever serves it. */
export const isClaude = ({ wire, profile }: AdaptTarget): boolean =>
  wire === "anthropic-messages" ||
  (wire === "bedrock-converse" && (profile.thinking === "budget" || profile.thinking === "adaptive"));

export interface WireTraits {
  /** System turns may stand anywhere, not only in front. */
  laterSystem: boolean;
  userFirst: boolean;
  mergesTurns: boolean;
  /** Refuses text of nothing but white space; everywhere only empty text says nothing. */
  refusesBlank?: true;
  /** Tool results may hold media. `profile`: depends on the model. */
  resultMedia: boolean | "profile";
  resultErrors: boolean;
  callId: RegExp | null;
  toolName: RegExp;
  maxToolName: number;
  maxStops: number;
  maxTemperature: number;
  /** Media that may be sent inline. */
  inline: ReadonlySet<"image" | "document" | "audio" | "video">;
}

const PLAIN_NAME = /^[a-zA-Z0-9_-]+$/;
const OPENAI_MEDIA = new Set(["image", "document", "audio"] as const);
const NAMES = { toolName: PLAIN_NAME, maxToolName: 64 };

export const WIRE_TRAITS: Readonly<Record<ProviderWire, WireTraits>> = {
  "openai-chat": {
    ...NAMES,
    laterSystem: true,
    userFirst: false,
    mergesTurns: true,
    resultMedia: false,
    resultErrors: false,
    callId: null,
    maxStops: 4,
    maxTemperature: 2,
    inline: OPENAI_MEDIA,
  },
  "openai-responses": {
    ...NAMES,
    laterSystem: true,
    userFirst: false,
    mergesTurns: true,
    resultMedia: true,
    resultErrors: false,
    callId: /^.{1,64}$/,
    maxStops: 0,
    maxTemperature: 2,
    inline: new Set(["image", "document"] as const),
  },
  "anthropic-messages": {
    toolName: PLAIN_NAME,
    maxToolName: 128,
    laterSystem: false,
    userFirst: true,
    mergesTurns: true,
    refusesBlank: true,
    resultMedia: true,
    resultErrors: true,
    callId: /^[a-zA-Z0-9_-]{1,64}$/,
    maxStops: 100,
    maxTemperature: 1,
    inline: new Set(["image", "document"] as const),
  },
  "gemini-content": {
    toolName: /^[a-zA-Z_][a-zA-Z0-9_.:-]*$/,
    maxToolName: 64,
    laterSystem: false,
    userFirst: true,
    mergesTurns: true,
    resultMedia: "profile",
    resultErrors: true,
    callId: null,
    maxStops: 5,
    maxTemperature: 2,
    inline: new Set(["image", "document", "audio", "video"] as const),
  },
  "bedrock-converse": {
    ...NAMES,
    laterSystem: false,
    userFirst: true,
    mergesTurns: true,
    refusesBlank: true,
    resultMedia: true,
    resultErrors: true,
    callId: /^[a-zA-Z0-9_-]{1,64}$/,
    maxStops: 4,
    maxTemperature: 1,
    inline: new Set(["image", "document", "video"] as const),
  },
  "cohere-chat": {
    ...NAMES,
    laterSystem: true,
    userFirst: false,
    mergesTurns: true,
    resultMedia: false,
    resultErrors: false,
    callId: null,
    maxStops: 5,
    maxTemperature: 1,
    inline: new Set(["image"] as const),
  },
  "ollama-chat": {
    ...NAMES,
    laterSystem: true,
    userFirst: false,
    mergesTurns: true,
    resultMedia: false,
    resultErrors: false,
    callId: null,
    maxStops: 100,
    maxTemperature: 2,
    inline: new Set(["image"] as const),
  },
};
