import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";

/** What the lists of models name. Other models are served too, but for those that `isUnknownModel` picks out. */
export const SCRIPTED_MODELS: Readonly<Record<WireProtocol, readonly string[]>> = {
  "openai-chat": ["gpt-5.4", "gpt-5.4-mini", "text-embedding-3-small"],
  "openai-responses": ["gpt-5.4", "gpt-5.4-mini", "text-embedding-3-small"],
  "anthropic-messages": ["claude-opus-4-8", "claude-haiku-4-5"],
  "gemini-content": ["gemini-3-pro", "gemini-3-flash", "gemini-embedding-001"],
};

/** Models called `missing-…` do not exist, on any wire. */
export const isUnknownModel = (model: string): boolean => model.startsWith("missing-");

/** The list, or the one model that is named. */
export function modelsBody(wire: WireProtocol, model: string | null): unknown {
  if (model !== null) return describeModel(wire, model);
  const all = SCRIPTED_MODELS[wire].map((id) => describeModel(wire, id));
  if (wire === "gemini-content") return { models: all };
  if (wire === "anthropic-messages") {
    const ids = SCRIPTED_MODELS[wire];
    return { data: all, has_more: false, first_id: ids[0], last_id: ids.at(-1) };
  }
  return { object: "list", data: all };
}

function describeModel(wire: WireProtocol, id: string): unknown {
  if (wire === "anthropic-messages") return { type: "model", id, display_name: id, created_at: "2025-10-01T00:00:00Z" };
  if (wire !== "gemini-content") return { id, object: "model", created: 1_750_000_000, owned_by: "system" };
  const isEmbedding = id.includes("embedding");
  return {
    name: `models/${id}`,
    version: "001",
    displayName: id,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: isEmbedding ? 1 : 65_536,
    supportedGenerationMethods: isEmbedding ? ["embedContent"] : ["generateContent", "countTokens"],
  };
}
