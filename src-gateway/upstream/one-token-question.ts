import type { ProviderWire } from "../ir/protocol.ts";

/**
 * As small a request as each wire has, to see whether a model answers.
 * @param limit null leaves the limit out, for models that refuse small ones or call it otherwise.
 */
export function oneTokenQuestion(
  wire: ProviderWire,
  model: string,
  limit: "max_tokens" | "max_completion_tokens" | null,
): { path: string; body: unknown } {
  const messages = [{ role: "user", content: "Hi" }];
  const name = encodeURIComponent(model.replace(/^models\//, ""));
  switch (wire) {
    case "openai-chat":
      return { path: "/chat/completions", body: { model, messages, ...(limit === null ? {} : { [limit]: 1 }) } };
    case "openai-responses":
      return { path: "/responses", body: { model, input: "Hi", max_output_tokens: 16, store: false } };
    case "anthropic-messages":
      return { path: "/v1/messages", body: { model, messages, max_tokens: 1 } };
    case "gemini-content":
      return {
        path: `/models/${name}:generateContent`,
        body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }], generationConfig: { maxOutputTokens: 1 } },
      };
    case "bedrock-converse":
      return {
        path: `/model/${name}/converse`,
        body: { messages: [{ role: "user", content: [{ text: "Hi" }] }], inferenceConfig: { maxTokens: 1 } },
      };
    case "cohere-chat":
      return { path: "/v2/chat", body: { model, messages, max_tokens: 1 } };
    case "ollama-chat":
      return { path: "/api/chat", body: { model, messages, stream: false, options: { num_predict: 1 } } };
  }
}
