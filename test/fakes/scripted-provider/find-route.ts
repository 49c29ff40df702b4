import type { IncomingHttpHeaders } from "node:http";
import { type Surface, WIRE_OF_SURFACE, type WireProtocol } from "../../../src-gateway/ir/protocol.ts";

export interface Route {
  wire: WireProtocol;
  surface: Surface | "models";
}

const POSTS: Readonly<Record<string, Surface>> = {
  "/v1/chat/completions": "chat",
  "/v1/completions": "completions",
  "/v1/embeddings": "embeddings",
  "/v1/responses": "responses",
  "/v1/messages": "messages",
  "/v1/messages/count_tokens": "messages-count-tokens",
};

const GEMINI_VERBS: Readonly<Record<string, Surface>> = {
  generateContent: "gemini",
  streamGenerateContent: "gemini",
  countTokens: "gemini-count-tokens",
  embedContent: "gemini-embeddings",
  batchEmbedContents: "gemini-embeddings",
};

/** Null where none of the vendors has anything. */
export function findRoute(method: string, path: string, headers: IncomingHttpHeaders): Route | null {
  if (method === "GET")
    return /^\/v1(beta)?\/models(\/[^/]+)?$/.test(path) ? { wire: wireOfList(path, headers), surface: "models" } : null;
  if (method !== "POST") return null;
  const verb = /^\/v1(?:beta)?\/models\/[^/:]+:(\w+)$/.exec(path)?.[1];
  const surface = verb === undefined ? POSTS[path] : GEMINI_VERBS[verb];
  return surface === undefined ? null : { wire: WIRE_OF_SURFACE[surface], surface };
}

/** Three vendors have their list on the same path; their clients differ in the headers. */
function wireOfList(path: string, headers: IncomingHttpHeaders): WireProtocol {
  if (path.startsWith("/v1beta/") || headers["x-goog-api-key"] !== undefined) return "gemini-content";
  if (headers["anthropic-version"] !== undefined || headers["x-api-key"] !== undefined) return "anthropic-messages";
  return "openai-chat";
}
