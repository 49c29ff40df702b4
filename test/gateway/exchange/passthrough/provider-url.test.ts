import { describe, expect, it } from "vitest";
import { chooseBase, providerUrl, refuseEscape } from "../../../../src-gateway/exchange/passthrough/provider-url.ts";
import type { PassthroughRoute } from "../../../../src-gateway/exchange/passthrough/types.ts";
import type { Surface, WireProtocol } from "../../../../src-gateway/ir/protocol.ts";
import type { ProviderInstance } from "../../../../src-gateway/providers/types.ts";

const instance = (
  kind: string,
  protocols: ProviderInstance["protocols"],
  own: WireProtocol | null = null,
): ProviderInstance =>
  ({ id: kind, kind, protocols, modelsEndpoint: own ? { protocol: own, path: "/models" } : null }) as ProviderInstance;
const INSTANCES: Record<string, ProviderInstance> = {
  openai: instance("openai", { "openai-chat": "https://o/v1", "openai-responses": "https://o/v1" }, "openai-chat"),
  anthropic: instance(
    "anthropic",
    { "openai-chat": "https://a/v1", "anthropic-messages": "https://a" },
    "anthropic-messages",
  ),
  gemini: instance(
    "gemini",
    { "openai-chat": "https://g/v1beta/openai", "gemini-content": "https://g/v1beta" },
    "gemini-content",
  ),
  groq: instance("groq", { "openai-chat": "https://q/openai/v1" }, "openai-chat"),
  deepseek: instance(
    "deepseek",
    { "openai-chat": "https://d", "anthropic-messages": "https://d/anthropic" },
    "openai-chat",
  ),
  zai: instance("zai", { "openai-chat": "https://z/api/paas/v4" }),
  cohere: instance("cohere", { "openai-chat": "https://c/compatibility/v1" }),
  responses: instance("openai-compatible", { "openai-responses": "https://r/v1" }),
};

const urlOf = (
  id: string,
  path: string,
  options: { named?: boolean; dialect?: WireProtocol; surface?: Surface } = {},
) => {
  const found = INSTANCES[id];
  if (!found) throw new Error(id);
  const { named = true, dialect = null, surface = "passthrough" } = options;
  const route: PassthroughRoute = { provider: named ? id : null, path, surface, dialect };
  const base = chooseBase(found, dialect, route);
  return `${base} ${providerUrl(found, base, route, "")}`;
};

describe("a path behind a provider's name", () => {
  it.each([
    ["openai", "/v1/responses/r/cancel", "openai-chat https://o/v1/responses/r/cancel"],
    ["openai", "/responses/r/cancel", "openai-chat https://o/v1/responses/r/cancel"],
    ["openai", "/v2/x", "openai-chat https://o/v2/x"],
    ["anthropic", "/v1/files", "anthropic-messages https://a/v1/files"],
    ["anthropic", "/files", "anthropic-messages https://a/v1/files"],
    ["gemini", "/v1beta/files", "gemini-content https://g/v1beta/files"],
    ["gemini", "/files", "gemini-content https://g/v1beta/files"],
    ["gemini", "/v1beta/openai/batches", "openai-chat https://g/v1beta/openai/batches"],
    ["gemini", "/v1alpha/x", "gemini-content https://g/v1alpha/x"],
    ["groq", "/openai/v1/files", "openai-chat https://q/openai/v1/files"],
    ["groq", "/v1/files", "openai-chat https://q/openai/v1/files"],
    ["groq", "/files/", "openai-chat https://q/openai/v1/files/"],
    ["deepseek", "/user/balance", "openai-chat https://d/user/balance"],
    ["deepseek", "/anthropic/v1/x", "anthropic-messages https://d/anthropic/v1/x"],
    ["zai", "/v4/files", "openai-chat https://z/api/paas/v4/files"],
    ["cohere", "/compatibility/v1/x", "openai-chat https://c/compatibility/v1/x"],
  ])("%s %s", (id, path, expected) => {
    expect(urlOf(id, path)).toBe(expected);
  });

  it("is sent to the base URL of its wire where that is known", () => {
    const chat = { dialect: "openai-chat", surface: "chat" } as const;
    expect(urlOf("deepseek", "/v1/chat/completions", chat)).toBe("openai-chat https://d/v1/chat/completions");
    expect(urlOf("anthropic", "/v1/chat/completions", chat)).toBe("openai-chat https://a/v1/chat/completions");
    const messages = { dialect: "anthropic-messages", surface: "messages" } as const;
    expect(urlOf("deepseek", "/v1/messages", messages)).toBe("anthropic-messages https://d/anthropic/v1/messages");
  });
});

describe("a path below the gateway's own version", () => {
  it("follows the base URL, whatever that ends in", () => {
    const images = { named: false, dialect: "openai-chat", surface: "images" } as const;
    expect(urlOf("gemini", "/images/generations", images)).toBe(
      "openai-chat https://g/v1beta/openai/images/generations",
    );
    expect(urlOf("zai", "/images/generations", images)).toBe("openai-chat https://z/api/paas/v4/images/generations");
    expect(urlOf("responses", "/images/generations", images)).toBe("openai-responses https://r/v1/images/generations");
  });

  it("goes elsewhere where the provider has the surface elsewhere", () => {
    const rerank = { named: false, dialect: "openai-chat", surface: "rerank" } as const;
    expect(urlOf("cohere", "/rerank", rerank)).toBe("openai-chat https://c/v2/rerank");
  });
});

describe("a path that would leave the base URL", () => {
  it.each([
    "/..",
    "/a/../b",
    "/%2e%2E/x",
    "/a%2f..%2fb",
    "/.",
    "/a\\b",
    "/%5c",
    "/a#b",
    "/a%23b",
  ])("%s is refused", (path) => {
    expect(() => refuseEscape(path)).toThrow(/Write it out/);
  });
  it.each(["/a..b", "/...", "/.well-known", "/a%20b", "/%E0%A4%A", "/a//b", "/models/x:y@z"])("%s is none", (path) => {
    expect(() => refuseEscape(path)).not.toThrow();
  });
});
