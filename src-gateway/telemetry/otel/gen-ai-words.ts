/** Our words for surfaces and kinds of providers, in those of the GenAI conventions. */
import type { RecordedSurface } from "../../ir/protocol.ts";

const OPERATIONS: Readonly<Partial<Record<RecordedSurface, string>>> = {
  chat: "chat",
  responses: "chat",
  messages: "chat",
  gemini: "generate_content",
  embeddings: "embeddings",
  "gemini-embeddings": "embeddings",
  completions: "text_completion",
};

/** Null for what the conventions have no word for. */
export const operationOf = (surface: RecordedSurface): string | null => OPERATIONS[surface] ?? null;

const PROVIDERS: Readonly<Record<string, string>> = {
  "azure-openai": "azure.ai.openai",
  bedrock: "aws.bedrock",
  gemini: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  mistral: "mistral_ai",
  xai: "x_ai",
};

/** A kind that the conventions do not list keeps its own name, as they allow. */
export const providerNameOf = (kind: string): string => PROVIDERS[kind] ?? kind;
