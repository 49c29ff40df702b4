import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import { sdkSuite } from "../../suites/sdk.suite.ts";

sdkSuite("the scripted provider by itself", async () => {
  const provider = await startScriptedProvider();
  const apiKey = provider.key;
  const origin = provider.baseUrl("anthropic-messages");
  return {
    provider,
    openai: { baseURL: provider.baseUrl("openai-chat"), apiKey },
    anthropic: { baseURL: origin, apiKey },
    google: { baseUrl: origin, apiKey },
    models: {
      openai: "gpt-5.4",
      anthropic: "claude-opus-4-8",
      gemini: "gemini-3-pro",
      embedding: "text-embedding-3-small",
      geminiEmbedding: "gemini-embedding-001",
    },
    stop: () => provider.stop(),
  };
});
