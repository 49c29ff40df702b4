/** Which paths go straight to a provider: the surfaces beside conversation, every other `/v1/…`, and `/{provider}/…`. Pure. */
import type { PassthroughRoute } from "../exchange/passthrough/types.ts";
import { type Surface, WIRE_OF_SURFACE, type WireProtocol } from "../ir/protocol.ts";
import type { EndpointKey } from "../settings/types.ts";

export type StraightRoute =
  | { kind: "passthrough"; endpoint: EndpointKey; wire: WireProtocol; route: PassthroughRoute }
  | { kind: "wrong-method"; wire: WireProtocol; allow: string };

/** Surfaces with one path each, which takes POST alone; what `GET /v1/capabilities` lists. */
export const POST_SURFACES: Readonly<Record<string, Surface>> = {
  "/images/generations": "images",
  "/images/edits": "images",
  "/images/variations": "images",
  "/audio/speech": "audio-speech",
  "/audio/transcriptions": "audio-transcription",
  "/audio/translations": "audio-translation",
  "/rerank": "rerank",
  "/moderations": "moderations",
};

/** Surfaces that are collections: the path itself and all below it, with every method. */
export const COLLECTIONS: Readonly<Record<string, Surface>> = {
  "/files": "files",
  "/uploads": "files",
  "/batches": "batches",
  "/messages/batches": "batches",
};

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/** First segments that are the gateway's own, whatever a provider is called. */
const OWN = /^(?:console|admin|api|health|livez|readyz|metrics|p|v\d\w*)$/;
const IN_VERSION = /^\/(?:v1(?=\/)|v2(?=\/rerank$))(\/.+)$/;
const BY_NAME = /^\/([A-Za-z0-9][\w.-]{0,63})(\/.+)$/;

/** The surface of a path of conversation, given without its version: `/chat/completions`, `/models/m:generateContent`. */
export type InferenceSurface = (path: string) => Surface | undefined;

/** @returns null when the path is nobody's. */
export function matchStraightRoute(method: string, path: string, inference: InferenceSurface): StraightRoute | null {
  const rest = IN_VERSION.exec(path)?.[1];
  if (rest !== undefined) return inVersion(method, rest);
  const [, provider, behind] = BY_NAME.exec(path) ?? [];
  if (provider === undefined || behind === undefined || OWN.test(provider)) return null;
  const surface = surfaceByName(method, behind, inference);
  const dialect = dialectOf(surface) ?? (provider === "anthropic" ? "anthropic-messages" : null);
  const endpoint: EndpointKey = provider === "anthropic" ? "anthropic" : "openai_core";
  return checked(method, endpoint, { provider, path: behind, surface, dialect });
}

function inVersion(method: string, path: string): StraightRoute {
  const single = POST_SURFACES[path];
  if (single && method !== "POST") return { kind: "wrong-method", wire: "openai-chat", allow: "POST" };
  const surface = single ?? collectionOf(path) ?? "passthrough";
  const [dialect, endpoint] = ownerOf(path);
  return checked(method, endpoint, { provider: null, path, surface, dialect });
}

/** The wire that a path below the gateway's own version belongs to, and the endpoints that it is served with. */
function ownerOf(path: string): [WireProtocol | null, EndpointKey] {
  if (path.startsWith("/messages/")) return ["anthropic-messages", "anthropic"];
  if (path.startsWith("/responses/")) return ["openai-responses", "openai_responses"];
  return [null, "openai_core"];
}

function checked(method: string, endpoint: EndpointKey, route: PassthroughRoute): StraightRoute {
  const wire = route.dialect ?? "openai-chat";
  if (!METHODS.includes(method)) return { kind: "wrong-method", wire, allow: METHODS.join(", ") };
  return { kind: "passthrough", endpoint, wire, route };
}

function collectionOf(path: string): Surface | undefined {
  for (const [base, surface] of Object.entries(COLLECTIONS)) {
    if (path === base || path.startsWith(`${base}/`)) return surface;
  }
  return undefined;
}

/** Behind a provider's name stands its own path, with or without a version; the record says what it was. */
function surfaceByName(method: string, path: string, inference: InferenceSurface): Surface {
  const bare = path.replace(/^(?:\/[\w-]+){0,2}?\/v\d\w*(?:\/openai)?(?=\/)/, "");
  const collection = collectionOf(bare);
  if (collection) return collection;
  return (method === "POST" ? (inference(bare) ?? POST_SURFACES[bare]) : undefined) ?? "passthrough";
}

/** Files and batches look alike with several vendors, and of the rest nothing is known. */
function dialectOf(surface: Surface): WireProtocol | null {
  return surface === "files" || surface === "batches" || surface === "passthrough" ? null : WIRE_OF_SURFACE[surface];
}
