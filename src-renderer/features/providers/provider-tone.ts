import type { ProviderView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import type { Tone } from "../../components/health-dot.tsx";

/** Without a probe, all that is known: whether its key is named, and whether its models could be read. */
export function toneOfProvider(provider: ProviderView): Tone {
  if (isKeyMissing(provider)) return "bad";
  return provider.problem === null ? "good" : "warn";
}

export const isKeyMissing = ({ needsCredential, credential }: ProviderView): boolean =>
  needsCredential && credential === null;
