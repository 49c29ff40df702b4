/** What this gateway offers, and what each configured provider is known for: the answer to `GET /v1/capabilities`. Pure. */
import { type Surface, WIRE_OF_SURFACE, WIRE_PROTOCOLS, type WireProtocol } from "../ir/protocol.ts";
import { surfacesOfKind } from "../providers/surfaces.ts";
import type { ProviderInstance } from "../providers/types.ts";
import { COLLECTIONS, POST_SURFACES } from "./passthrough-routes.ts";

interface OfferedSurface {
  surface: Surface;
  /** The protocol that its clients speak. */
  protocol: WireProtocol;
  methods: string[];
  path: string;
}

export interface Capabilities {
  object: "gateway.capabilities";
  name: string;
  version: string;
  protocols: readonly WireProtocol[];
  surfaces: OfferedSurface[];
  features: Record<string, boolean>;
  providers: ProviderCapabilities[];
}

export interface ProviderCapabilities {
  id: string;
  kind: string;
  name: string;
  protocols: string[];
  /** What it is known to offer; of an endpoint of one's own that is conversation alone. */
  surfaces: Surface[];
  /** Declared by the operator; null where the provider is asked. */
  models: string[] | null;
}

const CONVERSATION: readonly (readonly [path: string, surface: Surface])[] = [
  ["/v1/chat/completions", "chat"],
  ["/v1/completions", "completions"],
  ["/v1/embeddings", "embeddings"],
  ["/v1/responses", "responses"],
  ["/v1/messages", "messages"],
  ["/v1/messages/count_tokens", "messages-count-tokens"],
  ["/v1beta/models/{model}:generateContent", "gemini"],
  ["/v1beta/models/{model}:streamGenerateContent", "gemini"],
  ["/v1beta/models/{model}:countTokens", "gemini-count-tokens"],
  ["/v1beta/models/{model}:embedContent", "gemini-embeddings"],
  ["/v1beta/models/{model}:batchEmbedContents", "gemini-embeddings"],
];

/** What each wire brings with it, whoever speaks it. */
const SURFACES_OF_WIRE: Readonly<Record<WireProtocol, readonly Surface[]>> = {
  "openai-chat": ["chat", "completions", "embeddings"],
  "openai-responses": ["responses"],
  "anthropic-messages": ["messages", "messages-count-tokens"],
  "gemini-content": ["gemini", "gemini-count-tokens", "gemini-embeddings"],
};

const FEATURES: Readonly<Record<string, boolean>> = {
  streaming: true,
  byte_exact_relay: true,
  translation: true,
  token_counting: true,
  aliases: true,
  fallback_routes: true,
  weighted_routes: true,
  model_discovery: true,
  compressed_requests: true,
  passthrough: true,
  provider_prefix: true,
  project_prefix: true,
  request_log: true,
  usage_ledger: true,
};

const ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"];

export function describeCapabilities(input: { version: string; instances: readonly ProviderInstance[] }): Capabilities {
  return {
    object: "gateway.capabilities",
    name: "Tokligence Gateway",
    version: input.version,
    protocols: WIRE_PROTOCOLS,
    surfaces: offeredSurfaces(),
    features: { ...FEATURES },
    providers: input.instances.map(describeProvider),
  };
}

function offeredSurfaces(): OfferedSurface[] {
  const row = (surface: Surface, methods: string[], path: string): OfferedSurface => {
    const protocol = path.startsWith("/v1/messages") ? "anthropic-messages" : WIRE_OF_SURFACE[surface];
    return { surface, protocol, methods, path };
  };
  return [
    ...CONVERSATION.map(([path, surface]) => row(surface, ["POST"], path)),
    ...Object.entries(POST_SURFACES).map(([path, surface]) => row(surface, ["POST"], `/v1${path}`)),
    ...Object.entries(COLLECTIONS).flatMap(([path, surface]) => [
      row(surface, ANY_METHOD, `/v1${path}`),
      row(surface, ANY_METHOD, `/v1${path}/{id}`),
    ]),
    row("passthrough", ANY_METHOD, "/v1/*"),
    row("passthrough", ANY_METHOD, "/{provider}/*"),
  ];
}

function describeProvider(instance: ProviderInstance): ProviderCapabilities {
  const offer = surfacesOfKind(instance.kind);
  const wires = WIRE_PROTOCOLS.filter((wire) => instance.protocols[wire] !== undefined);
  const surfaces = wires.flatMap((wire) => [...SURFACES_OF_WIRE[wire], ...(offer[wire] ?? [])]);
  return {
    id: instance.id,
    kind: instance.kind,
    name: instance.name,
    protocols: Object.keys(instance.protocols),
    surfaces: [...new Set<Surface>([...surfaces, "passthrough"])],
    models: instance.declaredModels,
  };
}
