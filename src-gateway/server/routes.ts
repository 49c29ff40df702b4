/**
 * Which path is what: the dispatch table of the inference surfaces and of the few plain paths beside them.
 * Pure, so that the table can be tested without a socket.
 */
import type { PassthroughRoute } from "../exchange/passthrough/types.ts";
import type { Surface, WireProtocol } from "../ir/protocol.ts";
import type { RequestTarget } from "../protocols/types.ts";
import type { EndpointKey } from "../settings/types.ts";
import { matchStraightRoute } from "./passthrough-routes.ts";
import { matchStoredResponse, type StoredResponseAction } from "./stored-response-routes.ts";

interface Straight {
  kind: "passthrough";
  endpoint: EndpointKey;
  wire: WireProtocol;
  route: PassthroughRoute;
  /** Without the client's key. */
  query: string;
  project: string | null;
}

export type Route =
  | { kind: "inference"; endpoint: EndpointKey; wire: WireProtocol; target: RequestTarget; project: string | null }
  | Straight
  /** A response that is asked for by its id; the rest is for the case that a provider keeps it. */
  | (Omit<Straight, "kind"> & { kind: "stored-response"; action: StoredResponseAction; id: string })
  | { kind: "capabilities"; endpoint: "openai_core" }
  | { kind: "models"; endpoint: EndpointKey; wire: WireProtocol | null; modelId: string | null }
  | { kind: "health"; endpoint: "health"; check: "health" | "livez" | "readyz" }
  | { kind: "metrics"; endpoint: "metrics" }
  | { kind: "root" }
  /** The console and the admin API, answered by the Express app. */
  | { kind: "admin"; endpoint: "admin" }
  | { kind: "wrong-method"; wire: WireProtocol; allow: string }
  | { kind: "unknown"; wire: WireProtocol };

interface PostRow {
  endpoint: EndpointKey;
  wire: WireProtocol;
  surface: Surface;
}

const POSTS: Readonly<Record<string, PostRow>> = {
  "/v1/chat/completions": { endpoint: "openai_core", wire: "openai-chat", surface: "chat" },
  "/v1/completions": { endpoint: "openai_core", wire: "openai-chat", surface: "completions" },
  "/v1/embeddings": { endpoint: "openai_core", wire: "openai-chat", surface: "embeddings" },
  "/v1/responses": { endpoint: "openai_responses", wire: "openai-responses", surface: "responses" },
  "/v1/messages": { endpoint: "anthropic", wire: "anthropic-messages", surface: "messages" },
  "/v1/messages/count_tokens": {
    endpoint: "anthropic",
    wire: "anthropic-messages",
    surface: "messages-count-tokens",
  },
  "/anthropic/v1/messages": { endpoint: "anthropic", wire: "anthropic-messages", surface: "messages" },
  "/anthropic/v1/messages/count_tokens": {
    endpoint: "anthropic",
    wire: "anthropic-messages",
    surface: "messages-count-tokens",
  },
  "/v1beta/openai/chat/completions": { endpoint: "gemini_native", wire: "openai-chat", surface: "chat" },
  "/v1beta/openai/embeddings": { endpoint: "gemini_native", wire: "openai-chat", surface: "embeddings" },
};

const MODEL_LISTS: Readonly<Record<string, { endpoint: EndpointKey; wire: WireProtocol | null }>> = {
  // Asked by the SDKs of three vendors; the request's headers tell them apart.
  "/v1/models": { endpoint: "openai_core", wire: null },
  "/anthropic/v1/models": { endpoint: "anthropic", wire: "anthropic-messages" },
  "/v1beta/models": { endpoint: "gemini_native", wire: "gemini-content" },
  "/v1beta/openai/models": { endpoint: "gemini_native", wire: "openai-chat" },
};

const GEMINI_SURFACES: Readonly<Record<string, Surface>> = {
  generateContent: "gemini",
  streamGenerateContent: "gemini",
  countTokens: "gemini-count-tokens",
  embedContent: "gemini-embeddings",
  batchEmbedContents: "gemini-embeddings",
};

const GEMINI_CALL = /^\/v1(?:beta|alpha)?\/((?:models|tunedModels)\/[^:]+):([A-Za-z]+)$/;
const PROJECT = /^\/p\/([^/]{1,100})(\/.+)$/;

/** @param rawPath the request target, query included. */
export function matchRoute(method: string, rawPath: string): Route {
  const mark = rawPath.indexOf("?");
  let path = mark < 0 ? rawPath : rawPath.slice(0, mark);
  const query = mark < 0 ? "" : rawPath.slice(mark + 1);
  if (path.length > 1 && path.endsWith("/") && !path.startsWith("/console")) path = path.slice(0, -1);

  // A project in the base URL: every agent can be given one, few can be given a header.
  let project: string | null = null;
  const inProject = PROJECT.exec(path);
  if (inProject?.[1] && inProject[2]) {
    project = decode(inProject[1]);
    path = inProject[2];
  }

  const post = POSTS[path];
  if (post) {
    if (method !== "POST") return { kind: "wrong-method", wire: post.wire, allow: "POST" };
    const target = { surface: post.surface, pathModel: null, pathMethod: null, query: withoutKey(query) };
    return { kind: "inference", endpoint: post.endpoint, wire: post.wire, target, project };
  }
  const gemini = GEMINI_CALL.exec(path);
  if (gemini?.[1] && gemini[2]) return geminiRoute(method, gemini[1], gemini[2], query, project);
  const own = modelsRoute(method, path) ?? plainRoute(method, path);
  if (own) return own;
  // Behind a provider's name the path is the provider's, so its last slash is too.
  const asWritten = rawPath.slice(0, mark < 0 ? undefined : mark).endsWith("/") ? `${path}/` : path;
  const straight = matchStraightRoute(method, /^\/v\d/.test(path) ? path : asWritten, inferenceSurface);
  if (straight?.kind === "passthrough") {
    const call = { ...straight, query: withoutKey(query), project };
    const stored = matchStoredResponse(method, path);
    return stored ? { ...call, ...stored, kind: "stored-response" } : call;
  }
  return straight ?? unknownRoute(path);
}

function inferenceSurface(path: string): Surface | undefined {
  const call = /^\/(?:models|tunedModels)\/[^/:]+:(\w+)$/.exec(path)?.[1];
  return call === undefined ? POSTS[`/v1${path}`]?.surface : GEMINI_SURFACES[call];
}

function geminiRoute(method: string, model: string, call: string, query: string, project: string | null): Route {
  const surface = GEMINI_SURFACES[call];
  if (!surface) return { kind: "unknown", wire: "gemini-content" };
  if (method !== "POST") return { kind: "wrong-method", wire: "gemini-content", allow: "POST" };
  const target = { surface, pathModel: model, pathMethod: call, query: withoutKey(query) };
  return { kind: "inference", endpoint: "gemini_native", wire: "gemini-content", target, project };
}

function modelsRoute(method: string, path: string): Route | null {
  for (const [list, row] of Object.entries(MODEL_LISTS)) {
    if (path !== list && !path.startsWith(`${list}/`)) continue;
    if (method !== "GET" && method !== "HEAD") {
      return { kind: "wrong-method", wire: row.wire ?? "openai-chat", allow: "GET, HEAD" };
    }
    return { kind: "models", ...row, modelId: path === list ? null : decode(path.slice(list.length + 1)) };
  }
  return null;
}

function plainRoute(method: string, path: string): Route | null {
  if (path === "/v1/capabilities") {
    if (method !== "GET" && method !== "HEAD") return { kind: "wrong-method", wire: "openai-chat", allow: "GET, HEAD" };
    return { kind: "capabilities", endpoint: "openai_core" };
  }
  if (path === "/health" || path === "/livez" || path === "/readyz") {
    if (method !== "GET" && method !== "HEAD") return { kind: "wrong-method", wire: "openai-chat", allow: "GET, HEAD" };
    return { kind: "health", endpoint: "health", check: path.slice(1) as "health" | "livez" | "readyz" };
  }
  if (path === "/metrics") {
    if (method !== "GET" && method !== "HEAD") return { kind: "wrong-method", wire: "openai-chat", allow: "GET, HEAD" };
    return { kind: "metrics", endpoint: "metrics" };
  }
  if (path === "/") return { kind: "root" };
  if (/^\/(?:api\/v1\/|(?:api\/docs|console)(?:\/|$))/.test(path)) {
    return { kind: "admin", endpoint: "admin" };
  }
  return null;
}

function unknownRoute(path: string): Route {
  if (path.startsWith("/v1beta/") && !path.startsWith("/v1beta/openai"))
    return { kind: "unknown", wire: "gemini-content" };
  if (path.startsWith("/anthropic/") || path.startsWith("/v1/messages"))
    return { kind: "unknown", wire: "anthropic-messages" };
  return { kind: "unknown", wire: "openai-chat" };
}

/** The query without the client's key: it must not travel to a provider or into a log. */
function withoutKey(query: string): string {
  if (query === "" || !/(?:^|&)key=/.test(query)) return query;
  return query
    .split("&")
    .filter((pair) => pair !== "key" && !pair.startsWith("key="))
    .join("&");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
