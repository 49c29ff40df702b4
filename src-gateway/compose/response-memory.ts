/** What is remembered of Responses: the answers themselves, and which provider has the others. */
import { createProviderMemory } from "../responses-state/provider-memory.ts";
import { createStoredResponses } from "../responses-state/stored-responses.ts";
import type { ResponseMemory } from "../responses-state/types.ts";
import { createResponseRepository } from "../store/stored-responses.ts";
import type { Parts } from "./parts.ts";

export function createResponseMemory({ settings, ledgerStore, clock, log }: Parts): ResponseMemory {
  return {
    answers: createStoredResponses({
      repository: createResponseRepository(ledgerStore),
      clock,
      log,
      keepDays: settings.responsesKeepDays,
      maxHistory: settings.maxBodyBytes,
    }),
    providers: createProviderMemory(),
  };
}
