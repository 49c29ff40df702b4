/**
 * The words for what is spoken on a wire.
 *
 * `ir/` is the neutral middle: types and tables that every other folder may use. It does no I/O and knows no clock,
 * so the browser console and the tests can use it as it is.
 */

/** The wires a provider can be spoken to in. These are the values of `protocols:` in gateway.yaml. */
export const WIRE_PROTOCOLS = ["openai-chat", "openai-responses", "anthropic-messages", "gemini-content"] as const;
export type WireProtocol = (typeof WIRE_PROTOCOLS)[number];

/** Accepted in configuration files for the same wires, because people and catalogues call them so. */
export const WIRE_PROTOCOL_ALIASES: Readonly<Record<string, WireProtocol>> = {
  openai: "openai-chat",
  chat: "openai-chat",
  responses: "openai-responses",
  anthropic: "anthropic-messages",
  messages: "anthropic-messages",
  gemini: "gemini-content",
};

/**
 * What a client asked for: one value per kind of inference call, whatever path it came in on.
 * The log, the metrics and the ledger use these words.
 */
export const SURFACES = [
  "chat",
  "responses",
  "messages",
  "gemini",
  "messages-count-tokens",
  "gemini-count-tokens",
  "embeddings",
  "gemini-embeddings",
  "completions",
  "images",
  "audio-speech",
  "audio-transcription",
  "audio-translation",
  "rerank",
  "moderations",
  "files",
  "batches",
  /** Everything else that a provider has and the gateway knows no more of than its path. */
  "passthrough",
] as const;
export type Surface = (typeof SURFACES)[number];

/** What records say: no client asks for the last two, which were taken over from an earlier gateway's ledger. */
export const RECORDED_SURFACES = [...SURFACES, "imported", "supplied"] as const;
export type RecordedSurface = (typeof RECORDED_SURFACES)[number];

/** The wire a surface belongs to, and so the one whose error shape its clients understand. */
export const WIRE_OF_SURFACE: Readonly<Record<Surface, WireProtocol>> = {
  chat: "openai-chat",
  responses: "openai-responses",
  messages: "anthropic-messages",
  gemini: "gemini-content",
  "messages-count-tokens": "anthropic-messages",
  "gemini-count-tokens": "gemini-content",
  embeddings: "openai-chat",
  "gemini-embeddings": "gemini-content",
  completions: "openai-chat",
  images: "openai-chat",
  "audio-speech": "openai-chat",
  "audio-transcription": "openai-chat",
  "audio-translation": "openai-chat",
  rerank: "openai-chat",
  moderations: "openai-chat",
  files: "openai-chat",
  batches: "openai-chat",
  passthrough: "openai-chat",
};

/** Every form in which a provider can be spoken to: the wires of clients, and those that only providers have. */
export const PROVIDER_WIRES = [...WIRE_PROTOCOLS, "bedrock-converse", "cohere-chat", "ollama-chat"] as const;
export type ProviderWire = (typeof PROVIDER_WIRES)[number];
