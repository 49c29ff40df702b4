/** Four SDKs by four wires: every client on every kind of provider, tool loops and structured answers included. */
import { WIRE_PROTOCOLS, type WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import { SAYS_ERRORS_AT_ONCE, type SdkSetup } from "../../suites/sdk/setup.ts";
import { sdkSuite } from "../../suites/sdk.suite.ts";
import { startTestGateway } from "../../support/gateway.ts";

const MODELS = {
  openai: "gpt-5.4",
  anthropic: "claude-opus-4-8",
  gemini: "gemini-3-pro",
  embedding: "text-embedding-3-small",
  geminiEmbedding: "gemini-embedding-001",
};
/** A catalogue row that speaks the wire, and how its credential is shown. */
const KINDS: Readonly<Record<WireProtocol, string>> = {
  "openai-chat": "openai-compatible",
  "openai-responses": "openai-compatible",
  "anthropic-messages": "anthropic-compatible",
  "gemini-content": "gemini",
};

for (const wire of WIRE_PROTOCOLS) {
  sdkSuite(`on a provider that speaks nothing but ${wire}`, async (): Promise<SdkSetup> => {
    const provider = await startScriptedProvider();
    const instance = (id: string, spoken: WireProtocol, models: string[]) => ({
      id,
      kind: KINDS[spoken],
      base_url: provider.baseUrl(spoken),
      credential: "env:SCRIPTED_KEY",
      protocols: [spoken],
      models,
    });
    const gateway = await startTestGateway({
      env: { ...SAYS_ERRORS_AT_ONCE, SCRIPTED_KEY: provider.key },
      config: {
        providers: [
          instance("only", wire, [MODELS.openai, MODELS.anthropic, MODELS.gemini]),
          // Vectors are of the model that made them, so embeddings are never translated.
          instance("vectors", "openai-chat", [MODELS.embedding]),
          instance("gemini-vectors", "gemini-content", [MODELS.geminiEmbedding]),
        ],
        routes: [{ match: "gpt-5.4", targets: ["only"] }],
      },
    });
    return {
      provider,
      providerWire: wire,
      openai: { baseURL: `${gateway.url}/v1`, apiKey: gateway.key },
      anthropic: { baseURL: gateway.url, apiKey: gateway.key },
      google: { baseUrl: gateway.url, apiKey: gateway.key },
      models: MODELS,
      async stop() {
        await gateway.stop();
        await provider.stop();
      },
    };
  });
}
