import { describe, expect, it } from "vitest";
import { matchRoute } from "../../../src-gateway/server/routes.ts";

const surfaceOf = (method: string, path: string) => {
  const route = matchRoute(method, path);
  return route.kind === "inference" ? route.target.surface : route.kind;
};

describe("the dispatch table", () => {
  it.each([
    ["/v1/chat/completions", "chat"],
    ["/v1/chat/completions/", "chat"],
    ["/v1/responses", "responses"],
    ["/v1/messages", "messages"],
    ["/v1/messages?beta=true", "messages"],
    ["/anthropic/v1/messages", "messages"],
    ["/v1/messages/count_tokens?beta=true", "messages-count-tokens"],
    ["/anthropic/v1/messages/count_tokens", "messages-count-tokens"],
    ["/v1/embeddings", "embeddings"],
    ["/v1/completions", "completions"],
    ["/v1beta/models/gemini-2.5-pro:generateContent", "gemini"],
    ["/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", "gemini"],
    ["/v1/models/gemini-2.5-pro:streamGenerateContent?alt=sse", "gemini"],
    ["/v1beta/tunedModels/mine:generateContent", "gemini"],
    ["/v1/models/gemini-2.5-pro:countTokens", "gemini-count-tokens"],
    ["/v1beta/models/gemini-embedding-001:batchEmbedContents", "gemini-embeddings"],
    ["/v1beta/openai/chat/completions", "chat"],
  ])("POST %s is %s", (path, surface) => {
    expect(surfaceOf("POST", path)).toBe(surface);
  });

  it("keeps the client's query, but never its key", () => {
    const route = matchRoute("POST", "/v1beta/models/m:streamGenerateContent?key=tok_secret&alt=sse");
    expect(route.kind === "inference" && route.target).toEqual({
      surface: "gemini",
      pathModel: "models/m",
      pathMethod: "streamGenerateContent",
      query: "alt=sse",
    });
  });

  it("reads the project from a path prefix", () => {
    const route = matchRoute("POST", "/p/web%20shop/v1/messages");
    expect(route).toMatchObject({ kind: "inference", project: "web shop" });
  });

  it("tells a wrong method from a wrong path, in the wire of the path", () => {
    expect(matchRoute("GET", "/v1/chat/completions")).toEqual({
      kind: "wrong-method",
      wire: "openai-chat",
      allow: "POST",
    });
    expect(matchRoute("POST", "/v1/models")).toMatchObject({ kind: "wrong-method", allow: "GET, HEAD" });
    expect(matchRoute("POST", "/v1beta/models/m:fly")).toEqual({ kind: "unknown", wire: "gemini-content" });
    expect(matchRoute("GET", "/v1/images/generations")).toMatchObject({ kind: "wrong-method", allow: "POST" });
    expect(matchRoute("TRACE", "/v1/files")).toMatchObject({ kind: "wrong-method" });
    expect(matchRoute("POST", "/nothing")).toEqual({ kind: "unknown", wire: "openai-chat" });
  });

  it.each([
    ["POST", "/v1/images/generations", "images", "/images/generations"],
    ["POST", "/v1/images/edits/", "images", "/images/edits"],
    ["POST", "/v1/audio/speech", "audio-speech", "/audio/speech"],
    ["POST", "/v1/audio/transcriptions", "audio-transcription", "/audio/transcriptions"],
    ["POST", "/v1/audio/translations", "audio-translation", "/audio/translations"],
    ["POST", "/v1/rerank", "rerank", "/rerank"],
    ["POST", "/v2/rerank", "rerank", "/rerank"],
    ["POST", "/v1/moderations", "moderations", "/moderations"],
    ["GET", "/v1/files", "files", "/files"],
    ["DELETE", "/v1/files/file-1", "files", "/files/file-1"],
    ["POST", "/v1/batches/b/cancel", "batches", "/batches/b/cancel"],
    ["POST", "/v1/messages/batches", "batches", "/messages/batches"],
    ["GET", "/v1/fine_tuning/jobs", "passthrough", "/fine_tuning/jobs"],
    ["POST", "/v1/filesystem", "passthrough", "/filesystem"],
  ])("%s %s goes straight to a provider, as %s", (method, path, surface, behind) => {
    const route = matchRoute(method, path);
    expect(route.kind === "passthrough" && route.route).toMatchObject({ provider: null, surface, path: behind });
  });

  it.each([
    ["POST", "/openai/v1/chat/completions", "chat", "openai-chat"],
    ["POST", "/groq/openai/v1/audio/speech", "audio-speech", "openai-chat"],
    ["POST", "/groq/chat/completions", "chat", "openai-chat"],
    ["POST", "/claude/v1/messages", "messages", "anthropic-messages"],
    ["POST", "/gem/v1beta/models/g:streamGenerateContent", "gemini", "gemini-content"],
    ["POST", "/gem/v1beta/models/g:predict", "passthrough", null],
    ["POST", "/gem/v1beta/openai/images/generations", "images", "openai-chat"],
    ["GET", "/openai/v1/chat/completions", "passthrough", null],
    ["PUT", "/vllm/any/thing/", "passthrough", null],
    ["GET", "/openai/v1/files/f/content", "files", null],
    ["GET", "/anthropic/v1/files", "files", "anthropic-messages"],
  ])("%s %s names its provider, and is %s", (method, path, surface, dialect) => {
    const [, provider, behind] = /^\/([^/]+)(.+)$/.exec(path) ?? [];
    const route = matchRoute(method, path);
    expect(route.kind === "passthrough" && route.route).toEqual({ provider, path: behind, surface, dialect });
  });

  it.each([
    "/console/x",
    "/admin/x",
    "/api/x",
    "/health/x",
    "/v1beta/files",
    "/v2/files",
    "/.well-known/x",
    "/v1",
    "/v1/",
    "/openai",
    "/openai/",
  ])("%s is no provider's", (path) => {
    expect(matchRoute("GET", path).kind).not.toBe("passthrough");
  });

  it.each([
    "/v1/models",
    "/v1/models/gpt-5",
    "/v1beta/models",
    "/v1beta/models/gemini",
    "/anthropic/v1/models",
  ])("GET %s lists models", (path) => {
    expect(matchRoute("GET", path).kind).toBe("models");
  });

  it("never throws on odd paths", () => {
    for (const path of ["", "/%", "/v1/models/%E0%A4%A", "//", "/p//v1/messages", "/p/x", "?", "/v1beta/models/:"]) {
      expect(() => matchRoute("POST", path)).not.toThrow();
      expect(() => matchRoute("GET", path)).not.toThrow();
    }
  });
});
