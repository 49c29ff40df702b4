/** GET /v1/models in the shape of the SDK that asks. Pure. */
import type { WireProtocol } from "../ir/protocol.ts";

export interface ListedModel {
  id: string;
  /** Id of the provider, or `alias` / `loopback`. */
  ownedBy: string;
  displayName?: string | undefined;
  /** Seconds since 1970. */
  createdAt?: number | undefined;
  contextTokens?: number | undefined;
  maxOutputTokens?: number | undefined;
}

/** When a provider does not say: SDKs want a time, so all get the same. */
const UNKNOWN_TIME = 1_700_000_000;

export function encodeModelList(models: ListedModel[], wire: WireProtocol): unknown {
  switch (wire) {
    case "anthropic-messages":
      return {
        data: models.map((model) => encodeModel(model, wire)),
        has_more: false,
        first_id: models[0]?.id ?? null,
        last_id: models.at(-1)?.id ?? null,
      };
    case "gemini-content":
      return { models: models.map((model) => encodeModel(model, wire)) };
    case "openai-chat":
    case "openai-responses":
      return { object: "list", data: models.map((model) => encodeModel(model, wire)) };
  }
}

export function encodeModel(model: ListedModel, wire: WireProtocol): unknown {
  const createdAt = model.createdAt ?? UNKNOWN_TIME;
  switch (wire) {
    case "anthropic-messages":
      return {
        type: "model",
        id: model.id,
        display_name: model.displayName ?? model.id,
        created_at: new Date(createdAt * 1000).toISOString().replace(".000Z", "Z"),
        ...(model.contextTokens === undefined ? {} : { max_input_tokens: model.contextTokens }),
        ...(model.maxOutputTokens === undefined ? {} : { max_tokens: model.maxOutputTokens }),
      };
    case "gemini-content":
      return {
        name: `models/${model.id}`,
        baseModelId: model.id,
        version: "001",
        displayName: model.displayName ?? model.id,
        ...(model.contextTokens === undefined ? {} : { inputTokenLimit: model.contextTokens }),
        ...(model.maxOutputTokens === undefined ? {} : { outputTokenLimit: model.maxOutputTokens }),
        supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
      };
    case "openai-chat":
    case "openai-responses":
      return { id: model.id, object: "model", created: createdAt, owned_by: model.ownedBy };
  }
}
