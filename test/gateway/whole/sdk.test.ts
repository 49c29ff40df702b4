import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import { sdkSuite } from "../../suites/sdk.suite.ts";
import { startTestGateway } from "../../support/gateway.ts";

const KEY = "SCRIPTED_KEY";

sdkSuite("the SDKs through the gateway", async () => {
  const provider = await startScriptedProvider();
  const at = (wire: "openai-chat" | "anthropic-messages" | "gemini-content") => provider.baseUrl(wire);
  const gateway = await startTestGateway({
    env: { [KEY]: provider.key },
    config: {
      providers: [
        { id: "openai", kind: "openai", base_url: at("openai-chat"), credential: `env:${KEY}` },
        {
          id: "anthropic",
          kind: "anthropic",
          base_url: at("anthropic-messages"),
          credential: `env:${KEY}`,
          protocols: ["anthropic"],
        },
        {
          id: "gemini",
          kind: "gemini",
          base_url: at("gemini-content"),
          credential: `env:${KEY}`,
          protocols: ["gemini"],
        },
      ],
    },
  });
  return {
    provider,
    openai: { baseURL: `${gateway.url}/v1`, apiKey: gateway.key },
    anthropic: { baseURL: gateway.url, apiKey: gateway.key },
    google: { baseUrl: gateway.url, apiKey: gateway.key },
    models: {
      openai: "gpt-5.4",
      anthropic: "claude-opus-4-8",
      gemini: "gemini-3-pro",
      embedding: "text-embedding-3-small",
      geminiEmbedding: "gemini-embedding-001",
    },
    async stop() {
      await gateway.stop();
      await provider.stop();
    },
  };
});
