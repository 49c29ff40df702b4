/** A gateway with a provider for each wire: the model `on-<wire>` is served by a provider that speaks nothing else. */
import OpenAI from "openai";
import { WIRE_PROTOCOLS, type WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { startScriptedProvider } from "../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../fakes/scripted-provider/types.ts";
import { startTestGateway, type TestGateway } from "./gateway.ts";

export interface ResponsesGateway extends TestGateway {
  provider: ScriptedProvider;
  openai(token?: string): OpenAI;
  stop(): Promise<void>;
}

const KINDS: Readonly<Record<WireProtocol, string>> = {
  "openai-chat": "openai-compatible",
  "openai-responses": "openai-compatible",
  "anthropic-messages": "anthropic-compatible",
  "gemini-content": "gemini",
};

export async function startResponsesGateway(
  options: { wires?: readonly WireProtocol[]; routes?: object[]; env?: Record<string, string>; dataDir?: string } = {},
): Promise<ResponsesGateway> {
  const provider = await startScriptedProvider();
  const providers = (options.wires ?? WIRE_PROTOCOLS).map((wire) => ({
    id: wire,
    kind: KINDS[wire],
    base_url: provider.baseUrl(wire),
    credential: "env:SCRIPTED_KEY",
    protocols: [wire],
    models: [`on-${wire}`],
  }));
  const gateway = await startTestGateway({
    env: { SCRIPTED_KEY: provider.key, ...options.env },
    config: { providers, ...(options.routes ? { routes: options.routes } : {}) },
    ...(options.dataDir ? { dataDir: options.dataDir } : {}),
  });
  return {
    ...gateway,
    provider,
    openai: (token = gateway.key) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token, maxRetries: 0 }),
    async stop() {
      await gateway.stop();
      await provider.stop();
    },
  };
}

export const onWire = (wire: WireProtocol): string => `on-${wire}`;
