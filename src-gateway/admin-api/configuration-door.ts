import type { Flags } from "../flags/types.ts";
import type { ConfigDesk } from "../revisions/types.ts";
import type { SecretStore } from "../secrets/types.ts";
import type { BodyOf } from "./contract/endpoints.ts";
import type { CatalogueEntryView, ProviderTestView } from "./contract/provider-setup-endpoints.ts";

/** What the handlers are given of what can be changed while the gateway runs. */
export interface ConfigurationDoor {
  desk: ConfigDesk;
  flags: Flags;
  secrets: SecretStore;
  source: "file" | "database";
  file: string | null;
  /** What was read of secrets is read anew at their next use. */
  forgetSecrets(): void;
  schema(): Promise<Record<string, unknown>>;
  catalogue(): CatalogueEntryView[];
  /** @throws GatewayError invalid_request, forbidden */
  testProvider(question: BodyOf<"testProvider">): Promise<ProviderTestView>;
  race(
    baseUrls: readonly string[],
    tries: number,
  ): Promise<
    {
      baseUrl: string;
      latencyMs: number | null;
      fastestMs: number | null;
      tries: number;
      failed: number;
      problem: string | null;
    }[]
  >;
}
