import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { resolveInstances } from "../../../src-gateway/providers/instances.ts";
import { providersFromEnvironment } from "../../../src-gateway/settings/environment-providers.ts";
import { type ProviderConfig, SettingsError } from "../../../src-gateway/settings/types.ts";

const rows = [...CATALOGUE.values()];
const from = (env: Record<string, string | undefined>): ProviderConfig[] => providersFromEnvironment(rows, env);

describe("the usual variables", () => {
  it.each([
    ["OPENAI_API_KEY", "openai"],
    ["ANTHROPIC_API_KEY", "anthropic"],
    ["GEMINI_API_KEY", "gemini"],
    ["GOOGLE_API_KEY", "gemini"],
    ["GROQ_API_KEY", "groq"],
    ["MISTRAL_API_KEY", "mistral"],
  ])("%s makes the provider %s, with the key left where it is", (name, id) => {
    expect(from({ [name]: "secret" })).toEqual([
      { id, kind: id, credential: { source: "env", name }, where: `env ${name}` },
    ]);
  });

  it("make nothing when they are empty", () => {
    expect(from({ OPENAI_API_KEY: " ", ANTHROPIC_API_KEY: undefined })).toEqual([]);
  });

  it("take the first of two names for a key", () => {
    expect(from({ GOOGLE_API_KEY: "b", GEMINI_API_KEY: "a" })).toMatchObject([
      { credential: { name: "GEMINI_API_KEY" } },
    ]);
  });

  it("move a provider that has a key; an address alone makes only a provider that needs none", () => {
    expect(from({ GROQ_API_KEY: "a", GROQ_BASE_URL: "https://x/v1/" })).toMatchObject([
      { id: "groq", baseUrl: "https://x/v1" },
    ]);
    expect(from({ GROQ_BASE_URL: "https://x/v1" })).toEqual([]);
  });

  it.each([
    ["127.0.0.1:1234", "http://127.0.0.1:1234"],
    ["http://box.example:1234/", "http://box.example:1234"],
    ["https://box.example", "https://box.example"],
    ["box.example", "http://box.example:11434"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["0.0.0.0:1234", "http://127.0.0.1:1234"],
    ["http://[::]:1234", "http://127.0.0.1:1234"],
    [":1234", "http://127.0.0.1:1234"],
    ["[::1]", "http://[::1]:11434"],
    ["box.example/ollama", "http://box.example:11434/ollama"],
  ])("OLLAMA_HOST=%s means %s", (host, baseUrl) => {
    expect(from({ OLLAMA_HOST: host })).toEqual([{ id: "ollama", kind: "ollama", baseUrl, where: "env OLLAMA_HOST" }]);
  });

  it.each([
    "http://",
    "http://u:hunter2@x",
    "http://x?key=hunter2",
    "a b",
    "file:///etc/passwd",
  ])("refuse %s for an address, without repeating it", (url) => {
    const thrown = (): unknown => from({ OPENAI_API_KEY: "a", OPENAI_BASE_URL: url });
    expect(thrown).toThrow(SettingsError);
    expect(thrown).toThrow(/^env OPENAI_BASE_URL: openai\.base_url: /);
    expect(thrown).not.toThrow(/hunter2/);
  });

  it("of every row make a provider that the catalogue can place", () => {
    const env = Object.fromEntries(rows.flatMap((row) => row.credentialEnv.map((name) => [name, "x"])));
    const providers = from(env);
    expect(providers.length).toBeGreaterThan(20);
    expect(resolveInstances(providers, CATALOGUE).instances).toHaveLength(providers.length);
  });
});
