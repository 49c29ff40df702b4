import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { resolveInstances } from "../../../src-gateway/providers/instances.ts";
import type { ProviderConfig } from "../../../src-gateway/settings/types.ts";
import { providerHeaders } from "../../../src-gateway/upstream/provider-headers.ts";

const resolve = (config: Partial<ProviderConfig> & { kind: string }) =>
  resolveInstances([{ id: "x", where: "test", ...config }], CATALOGUE);
const urls = (config: Partial<ProviderConfig> & { kind: string }) => resolve(config).instances[0]?.protocols;
const problems = (config: Partial<ProviderConfig> & { kind: string }) =>
  resolve(config).problems.map((problem) => `${problem.key}: ${problem.problem}`);

describe("an instance", () => {
  it("has the addresses of its row", () => {
    expect(urls({ kind: "deepseek" })).toEqual({
      "openai-chat": "https://api.deepseek.com",
      "anthropic-messages": "https://api.deepseek.com/anthropic",
    });
  });

  it.each([
    ["openai-compatible", "http://127.0.0.1:8000/v1/", { "openai-chat": "http://127.0.0.1:8000/v1" }],
    ["anthropic-compatible", "http://127.0.0.1:8000/v1", { "anthropic-messages": "http://127.0.0.1:8000" }],
    [
      "vllm",
      "http://box:9000/v1",
      {
        "openai-chat": "http://box:9000/v1",
        "openai-responses": "http://box:9000/v1",
        "anthropic-messages": "http://box:9000",
      },
    ],
    [
      "ollama",
      "http://box:11434",
      {
        "openai-chat": "http://box:11434/v1",
        "openai-responses": "http://box:11434/v1",
        "ollama-chat": "http://box:11434",
        "anthropic-messages": "http://box:11434",
      },
    ],
    [
      "gemini",
      "http://box/v1beta",
      { "gemini-content": "http://box/v1beta", "openai-chat": "http://box/v1beta/openai" },
    ],
    ["deepseek", "http://box", { "openai-chat": "http://box", "anthropic-messages": "http://box/anthropic" }],
    [
      "openai",
      "https://proxy/custom/v1",
      { "openai-chat": "https://proxy/custom/v1", "openai-responses": "https://proxy/custom/v1" },
    ],
  ])("of %s at %s is spoken to where it should be", (kind, baseUrl, expected) => {
    expect(urls({ kind, baseUrl })).toEqual(expected);
  });

  it("takes an address for one wire as it stands, and one for each", () => {
    expect(urls({ kind: "anthropic", baseUrl: "https://a.example/x/v1", protocols: ["openai-chat"] })).toEqual({
      "openai-chat": "https://a.example/x/v1",
    });
    expect(
      urls({
        kind: "vllm",
        baseUrl: "http://a/v1",
        options: { base_urls: { "anthropic-messages": "http://b/claude/" } },
      }),
    ).toMatchObject({ "openai-chat": "http://a/v1", "anthropic-messages": "http://b/claude" });
    expect(urls({ kind: "openai-compatible", baseUrl: "http://a/v1", protocols: ["openai-responses"] })).toEqual({
      "openai-responses": "http://a/v1",
    });
  });

  it("has its address filled in from the options", () => {
    expect(urls({ kind: "azure-openai", options: { resource: "mine" } })).toMatchObject({
      "openai-chat": "https://mine.openai.azure.com/openai/v1",
    });
    expect(problems({ kind: "azure-openai" })).toContain("x.options.resource: is missing");
    expect(problems({ kind: "azure-openai", options: { resource: "a/../b" } })).toContain(
      "x.options.resource: is missing",
    );
  });

  it("is refused when it cannot be spoken to", () => {
    expect(problems({ kind: "openai-compatible" })).toEqual(["x.base_url: is missing"]);
    expect(problems({ kind: "groq", protocols: ["gemini-content"] }).join()).toContain(
      "not known to speak gemini-content",
    );
    expect(problems({ kind: "stability" }).join()).toContain("no protocol that the gateway can speak yet");
    expect(problems({ kind: "openai", options: { compat: ["fly"] } }).join()).toContain('"fly" is no compat flag');
    expect(problems({ kind: "nonsense" }).join()).toContain("not in the catalogue");
  });

  it("shows its key in the form of each wire", () => {
    const header = (kind: string, wire: "openai-chat" | "anthropic-messages" | "gemini-content") => {
      const instance = resolve({ kind, ...(kind === "azure-openai" ? { options: { resource: "r" } } : {}) })
        .instances[0];
      return instance ? providerHeaders(instance, wire, "k") : null;
    };
    expect(header("openai", "openai-chat")).toEqual({ authorization: "Bearer k" });
    expect(header("anthropic", "anthropic-messages")).toEqual({ "x-api-key": "k" });
    expect(header("anthropic", "openai-chat")).toEqual({ authorization: "Bearer k" });
    expect(header("gemini", "gemini-content")).toEqual({ "x-goog-api-key": "k" });
    expect(header("azure-openai", "openai-chat")).toEqual({ "api-key": "k" });
  });
});
