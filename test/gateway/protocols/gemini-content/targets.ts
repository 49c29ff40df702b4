/** Where the requests of these tests come from and go to. */
import type { ModelProfile } from "../../../../src-gateway/ir/model-profile.ts";
import type { EncodeTarget } from "../../../../src-gateway/protocols/codec.ts";
import type { EncodeContext, RequestTarget } from "../../../../src-gateway/protocols/types.ts";

export const REQUEST_TARGET: RequestTarget = {
  surface: "gemini",
  pathModel: "gemini-3-pro",
  pathMethod: "generateContent",
  query: "",
};

export const TARGET: EncodeTarget = { model: "gemini-3-pro", profile: {}, compat: new Set() };

export const targetWith = (profile: ModelProfile, ...compat: string[]): EncodeTarget => ({
  ...TARGET,
  profile,
  compat: new Set(compat),
});

export const CONTEXT: EncodeContext = {
  surface: "gemini",
  exchangeId: 977,
  createdAt: 0,
  model: "g-2026-11",
  wantsUsage: true,
  framing: "sse",
};
