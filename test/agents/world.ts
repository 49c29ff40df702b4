import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { startScriptedProvider } from "../fakes/scripted-provider/scripted-provider.ts";
import type { ReceivedRequest, ScriptedProvider } from "../fakes/scripted-provider/types.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";

const KINDS: Readonly<Record<WireProtocol, string>> = {
  "openai-chat": "openai-compatible",
  "openai-responses": "openai-compatible",
  "anthropic-messages": "anthropic-compatible",
  "gemini-content": "gemini",
};

export interface AgentWorld {
  gateway: TestGateway;
  provider: ScriptedProvider;
  /** What the provider was asked to say, oldest first. */
  asked(): ReceivedRequest[];
  stop(): Promise<void>;
}

/** A gateway whose only provider speaks one wire and has one model, which answers to the agent's name for it as well. */
export async function startAgentWorld(options: {
  wire: WireProtocol;
  model: string;
  askedAs: string;
  compat: string[];
}): Promise<AgentWorld> {
  const { wire, model, askedAs, compat } = options;
  const provider = await startScriptedProvider();
  const gateway = await startTestGateway({
    env: { SCRIPTED_KEY: provider.key },
    config: {
      providers: [
        {
          id: "only",
          kind: KINDS[wire],
          base_url: provider.baseUrl(wire),
          credential: "env:SCRIPTED_KEY",
          protocols: [wire],
          models: [model],
          ...(compat.length > 0 ? { options: { compat } } : {}),
        },
      ],
      ...(askedAs === model ? {} : { aliases: { [askedAs]: model } }),
    },
  });
  return {
    gateway,
    provider,
    asked: () => provider.requests.filter((request) => request.method === "POST"),
    async stop() {
      await gateway.stop();
      await provider.stop();
    },
  };
}
