import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { SAYS_ERRORS_AT_ONCE, type SdkSetup } from "../../suites/sdk/setup.ts";
import { sdkSuite } from "../../suites/sdk.suite.ts";
import { startTestGateway } from "../../support/gateway.ts";

type GatewayOptions = Parameters<typeof startTestGateway>[0];

const throughGateway = (options: (provider: ScriptedProvider) => GatewayOptions) => async (): Promise<SdkSetup> => {
  const provider = await startScriptedProvider();
  const { env, ...others } = options(provider) ?? {};
  const gateway = await startTestGateway({ ...others, env: { ...SAYS_ERRORS_AT_ONCE, ...env } });
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
};

sdkSuite(
  "the SDKs through a gateway with a gateway.yaml",
  throughGateway((provider) => {
    const instance = (
      id: string,
      wire: "openai-chat" | "anthropic-messages" | "gemini-content",
      protocols?: string[],
    ) => ({
      id,
      kind: id,
      base_url: provider.baseUrl(wire),
      credential: "env:SCRIPTED_KEY",
      ...(protocols ? { protocols } : {}),
    });
    const providers = [
      instance("openai", "openai-chat"),
      instance("anthropic", "anthropic-messages", ["anthropic"]),
      instance("gemini", "gemini-content", ["gemini"]),
    ];
    return { env: { SCRIPTED_KEY: provider.key }, config: { providers } };
  }),
);

// No file at all: the providers appear from the variables that people have set anyway.
sdkSuite(
  "the SDKs through a gateway that was given nothing but the usual environment variables",
  throughGateway((provider) => ({
    env: {
      OPENAI_API_KEY: provider.key,
      OPENAI_BASE_URL: provider.baseUrl("openai-chat"),
      ANTHROPIC_API_KEY: provider.key,
      ANTHROPIC_BASE_URL: provider.baseUrl("anthropic-messages"),
      GEMINI_API_KEY: provider.key,
      GEMINI_BASE_URL: provider.baseUrl("gemini-content"),
    },
  })),
);
