import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";

/** Where the SDKs are pointed to, in the form that each of them wants; `provider` stands at the end of all of it. */
export interface SdkSetup {
  openai: { baseURL: string; apiKey: string };
  anthropic: { baseURL: string; apiKey: string };
  google: { baseUrl: string; apiKey: string };
  models: { openai: string; anthropic: string; gemini: string; embedding: string; geminiEmbedding: string };
  provider: ScriptedProvider;
  /** The wire that the provider of the three main models speaks, where it is one for all of them. */
  providerWire?: WireProtocol;
  stop(): Promise<void>;
}

/** Makes a gateway say at once what went wrong: whether it tries again is tested elsewhere. */
export const SAYS_ERRORS_AT_ONCE = { TOKLIGENCE_MAX_ATTEMPTS: "1", TOKLIGENCE_MAX_WAIT_MS: "1100" };

/** The cases get at the setup when they run, which is after they were named. */
export type GetSetup = () => SdkSetup;

export const WEATHER_SCHEMA = {
  type: "object" as const,
  properties: {
    city: { type: "string" },
    days: { type: "integer", minimum: 2 },
    unit: { type: "string", enum: ["celsius", "fahrenheit"] },
  },
  required: ["city", "days", "unit"],
  additionalProperties: false,
};

/** What the provider makes of the schema. */
export const WEATHER = { city: "sample", days: 2, unit: "celsius" };

/** A picture of one pixel. */
export const PNG_BASE64 =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** As often as anything between client and provider might ask again. */
export const always = <Step>(step: Step): Step[] => Array.from({ length: 12 }, () => step);

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
