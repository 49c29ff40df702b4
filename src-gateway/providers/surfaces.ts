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
  gemini: { "openai-chat": ["images"] },
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

interface OwnPath {
  path: string;
  /** The ends that a base URL may have and that the path does not lie below. */
  besides: readonly string[];
}

const OWN_PATHS: Readonly<Record<string, Partial<Record<Surface, OwnPath>>>> = {
  // Its OpenAI-compatible corner has no such path; its own API does.
  cohere: { rerank: { path: "/v2/rerank", besides: ["/compatibility/v1", "/v1", "/v2"] } },
};

/** Empty where nothing is known, as of an endpoint of one's own. */
export function surfacesOfKind(kind: string): Offer {
  return OFFERS[kind] ?? {};
}

/** The address of a surface that does not lie at its usual place below the base URL; null where it does. */
export function ownAddressOf(kind: string, surface: Surface, baseUrl: string): string | null {
  const own = OWN_PATHS[kind]?.[surface];
  if (!own) return null;
  const end = own.besides.find((each) => baseUrl.endsWith(each)) ?? "";
  return baseUrl.slice(0, baseUrl.length - end.length) + own.path;
}
