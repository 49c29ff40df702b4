/** What the admin API is given of what can be changed while the gateway runs. */
import { stringify } from "yaml";
import type { ConfigurationDoor } from "../admin-api/configuration-door.ts";
import type { CatalogueEntryView } from "../admin-api/contract/provider-setup-endpoints.ts";
import { GatewayError } from "../ir/errors.ts";
import { CATALOGUE } from "../providers/catalogue.ts";
import { resolveInstances } from "../providers/instances.ts";
import type { CatalogueRow, ProviderInstance } from "../providers/types.ts";
import { toDocumentProblem } from "../revisions/check-document.ts";
import { readConfigFile } from "../settings/read-config-file.ts";
import { type SettingProblem, SettingsError } from "../settings/types.ts";
import { raceUrls } from "../upstream/race-urls.ts";
import { testProvider } from "../upstream/test-provider.ts";
import type { Parts } from "./parts.ts";

const DOCS = "https://github.com/tokligence/tokligence-gateway/blob/main/docs/providers.md";

export function configurationDoor({ configuration, config, settings, secrets, ways }: Parts): ConfigurationDoor {
  const { allowMetadataAddresses: allowMetadata, source } = settings.configuration;
  const { desk, flags, secretStore } = configuration;
  return {
    desk,
    flags,
    secrets: secretStore,
    source,
    file: config.file,
    forgetSecrets: () => secrets.invalidate(),
    // Loaded by those who ask for it: what it is made with would slow every start.
    async schema() {
      const { configFileSchema } = await import("../settings/config-schema.ts");
      return configFileSchema([...CATALOGUE.keys()]);
    },
    catalogue: () => [...CATALOGUE.values()].map(toEntry),
    race: (baseUrls, tries) => raceUrls(baseUrls, { tries, allowMetadata, ways }),
    async testProvider({ provider, secret, model, protocol }) {
      const instance = instanceOf(provider, secret !== undefined);
      return testProvider({
        instance,
        // Of what was typed nothing is remembered: neither by the resolver nor by the log.
        resolveSecret: async (ref) => secret?.trim() ?? secrets.resolve(ref),
        allowMetadata,
        ways,
        model,
        protocol,
      });
    },
  };
}

/** As the configuration would make it. @throws GatewayError invalid_request */
function instanceOf(provider: Record<string, unknown>, hasSecret: boolean): ProviderInstance {
  const entry = {
    id: "test",
    ...provider,
    // Its place is needed for a key to be asked for at all.
    ...(hasSecret ? { credential: "env:TYPED", credentials: undefined } : {}),
    enabled: true,
  };
  try {
    const text = stringify({ providers: [entry] });
    const known = { kinds: new Set(CATALOGUE.keys()), otherProviderIds: new Set<string>() };
    const { instances, problems } = resolveInstances(readConfigFile("provider", text, known).providers, CATALOGUE);
    if (problems.length > 0) throw new SettingsError(problems);
    const [instance] = instances;
    if (instance) return instance;
    throw new SettingsError([{ where: "", key: "provider", problem: "says nothing", hint: "" }]);
  } catch (error) {
    if (error instanceof SettingsError) throw refused(error.problems);
    throw error;
  }
}

const refused = (found: readonly SettingProblem[]): GatewayError => {
  const problems = found.map((problem) => ({ ...toDocumentProblem(problem), line: null, column: null }));
  const sentences = problems.map(({ key, problem, hint }) => `${key}: ${problem}${hint === "" ? "" : ` (${hint})`}`);
  return new GatewayError("invalid_request", `This is no provider: ${sentences.join("; ")}.`, {
    param: "provider",
    problems,
  });
};

function toEntry(row: CatalogueRow): CatalogueEntryView {
  const urls = Object.values(row.protocols);
  const holes = urls.flatMap((url) => [...url.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name));
  return {
    kind: row.id,
    name: row.name,
    protocols: { ...row.protocols },
    auth: row.auth,
    needsCredential: row.needsCredential,
    needsBaseUrl: holes.includes("base_url"),
    options: [...new Set(holes)].filter((name) => name !== "base_url"),
    credentialEnv: row.credentialEnv,
    listsModels: row.models !== null,
    quirks: row.quirks,
    confidence: row.confidence,
    docs: DOCS,
  };
}
