import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { ProviderView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import type { Tone } from "../../components/health-dot.tsx";

/** How a provider does: by its key and its model list, and by what became of today's requests where that is known. */
export function toneOfProvider(
  provider: ProviderView,
  today?: Pick<ReplyOf<"usageSummary">, "requests" | "failures">,
): Tone {
  if (isKeyMissing(provider)) return "bad";
  if (today && today.failures > 0) return today.failures === today.requests ? "bad" : "warn";
  return provider.problem === null ? "good" : "warn";
}

export const isKeyMissing = ({ needsCredential, credential }: ProviderView): boolean =>
  needsCredential && credential === null;

/** Whose keys are in a keychain that does not answer. */
export const lockedProviders = (providers: readonly ProviderView[]): string[] =>
  providers.flatMap(({ id, problem }) =>
    problem !== null && /the keychain did not answer|no keychain answers/.test(problem) ? [id] : [],
  );
