/** Requests in neutral words, as `adapt/` hands them to an encoder. */
import type { Part, Turn } from "../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../src-gateway/ir/request.ts";
import type { EncodeTarget } from "../../src-gateway/protocols/codec.ts";

export const turn = (role: Turn["role"], ...parts: (Part | string)[]): Turn => ({
  role,
  parts: parts.map((part) => (typeof part === "string" ? { kind: "text", text: part } : part)),
});

export const irRequest = (turns: Turn[], more: Partial<IrRequest> = {}): IrRequest => ({
  source: "openai-chat",
  model: "house-model",
  stream: false,
  wantsUsage: true,
  turns,
  tools: [],
  home: {},
  ...more,
});

export const encodeTarget = (model: string, more: Partial<EncodeTarget> = {}): EncodeTarget => ({
  model,
  profile: {},
  compat: new Set(),
  ...more,
});
