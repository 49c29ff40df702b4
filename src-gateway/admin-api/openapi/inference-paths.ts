import type { Operation } from "./describe-api.ts";

const body = {
  type: "object",
  description: "As the vendor documents it; what the gateway does not know is passed on.",
};

function surface(
  operationId: string,
  summary: string,
  reply = "The vendor's answer, or a stream of its events.",
): Operation & { method: string } {
  return {
    method: "post",
    operationId,
    summary,
    tags: ["inference"],
    requestBody: { content: { "application/json": { schema: body } } },
    responses: {
      "200": {
        description: reply,
        content: {
          "application/json": { schema: { type: "object" } },
          "text/event-stream": { schema: { type: "string" } },
        },
      },
      default: { description: "An error in the form of the vendor.", content: { "application/json": { schema: {} } } },
    },
  };
}

/** The surfaces that agents and SDKs speak; their own documentation describes them. */
export const INFERENCE_PATHS: Readonly<Record<string, Operation & { method: string }>> = {
  "/v1/chat/completions": surface("chatCompletions", "OpenAI Chat Completions"),
  "/v1/responses": surface("responses", "OpenAI Responses"),
  "/v1/messages": surface("messages", "Anthropic Messages"),
  "/v1beta/models/{model}:generateContent": {
    ...surface("generateContent", "Gemini"),
    parameters: [{ name: "model", in: "path", required: true, schema: { type: "string" } }],
  },
  "/v1/embeddings": surface("embeddings", "OpenAI Embeddings"),
  "/v1/models": {
    method: "get",
    operationId: "models",
    summary: "Models that can be asked, in the form of the vendor whose SDK asks",
    tags: ["inference"],
    responses: { "200": { description: "A list.", content: { "application/json": { schema: { type: "object" } } } } },
  },
};
