/**
 * The closed list of named quirks. A provider's row or the operator's `options.compat` names them; code asks for a flag
 * and never for a provider.
 */
export const COMPAT_FLAGS = {
  "no-stream-options": "Refuses the field `stream_options`, so usage cannot be asked for in a stream.",
  "max-tokens": "Knows the limit of the answer as `max_tokens` only, and refuses `max_completion_tokens`.",
  "reasoning-content":
    "Wants its thoughts back as `reasoning_content` in the turns that called tools, and refuses a turn without.",
  "nine-character-call-ids": "Takes call ids of exactly nine letters and digits.",
  "custom-tools": "Knows tools of `type: custom`, which take free text.",
  "openapi-schema": "Takes tool parameters in Gemini's OpenAPI dialect only, not as JSON Schema.",
  "messages-on-vertex":
    "Speaks Messages as Vertex does: the model stands in the path, the version in the body, and betas do not pass.",
  "no-response-format": "Refuses `response_format`, so the form of an answer is asked for in words.",
} as const satisfies Record<string, string>;
export type CompatFlag = keyof typeof COMPAT_FLAGS;
export const isCompatFlag = (text: string): text is CompatFlag => Object.hasOwn(COMPAT_FLAGS, text);
