/**
 * Which surfaces beside conversation a kind of provider is known to offer, in which wire's family, and where one of them
 * lies elsewhere than usual. It decides only where nothing else does: a request that names its provider goes there whether
 * or not its surface stands here.
 */
import type { Surface, WireProtocol } from "../ir/protocol.ts";

type Offer = Partial<Record<WireProtocol, readonly Surface[]>>;

const AUDIO: readonly Surface[] = ["audio-speech", "audio-transcription", "audio-translation"];

const OFFERS: Readonly<Record<string, Offer>> = {
  openai: { "openai-chat": ["images", ...AUDIO, "moderations", "files", "batches"] },
  "azure-openai": { "openai-chat": ["images", ...AUDIO, "files", "batches"] },
  anthropic: { "anthropic-messages": ["files", "batches"] },
  gemini: { "openai-chat": ["images", "files", "batches"] },
  groq: { "openai-chat": [...AUDIO, "files", "batches"] },
  mistral: { "openai-chat": ["audio-transcription", "moderations", "files"] },
  together: { "openai-chat": ["images", "audio-speech", "audio-transcription", "rerank", "files", "batches"] },
  cohere: { "openai-chat": ["rerank"] },
  jina: { "openai-chat": ["rerank"] },
  voyage: { "openai-chat": ["rerank"] },
  siliconflow: { "openai-chat": ["images", "audio-speech", "audio-transcription", "rerank"] },
  deepinfra: { "openai-chat": ["images", "audio-speech", "audio-transcription"] },
  nebius: { "openai-chat": ["images"] },
  xai: { "openai-chat": ["images"] },
  localai: { "openai-chat": ["images", "audio-speech", "audio-transcription", "rerank"] },
  vllm: { "openai-chat": ["audio-transcription", "audio-translation", "rerank"] },
  llamacpp: { "openai-chat": ["rerank"] },
};

/** Paths below the origin of the provider's address, not below its base URL. */
const PATHS: Readonly<Record<string, Partial<Record<Surface, string>>>> = {
  // Its OpenAI-compatible corner has no such path; its own API does.
  cohere: { rerank: "/v2/rerank" },
};

/** Empty where nothing is known, as of an endpoint of one's own. */
export function surfacesOfKind(kind: string): Offer {
  return OFFERS[kind] ?? {};
}

/** Null where the surface lies at its usual place below the base URL. */
export function ownPathOf(kind: string, surface: Surface): string | null {
  return PATHS[kind]?.[surface] ?? null;
}
