/**
 * The SDKs of OpenAI, Anthropic and Google, as npm delivers them, against whatever `setup` starts: the scripted provider by
 * itself, to prove that it plays its wires well enough, or a gateway before it.
 */
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { anthropicCases } from "./sdk/anthropic-cases.ts";
import { errorCases } from "./sdk/error-cases.ts";
import { googleCases } from "./sdk/google-cases.ts";
import { openaiChatCases } from "./sdk/openai-chat-cases.ts";
import { openaiResponsesCases } from "./sdk/openai-responses-cases.ts";
import type { SdkSetup } from "./sdk/setup.ts";

export function sdkSuite(name: string, start: () => Promise<SdkSetup>): void {
  describe(`SDKs: ${name}`, () => {
    let setup: SdkSetup | undefined;
    beforeAll(async () => {
      setup = await start();
    });
    afterEach(() => setup?.provider.reset());
    afterAll(() => setup?.stop());

    const get = (): SdkSetup => {
      if (!setup) throw new Error("The setup of the suite did not start.");
      return setup;
    };
    openaiChatCases(get);
    openaiResponsesCases(get);
    anthropicCases(get);
    googleCases(get);
    // Last, because what stands between may turn away from a provider that failed.
    errorCases(get);
  });
}
