import { GatewayError } from "../../ir/errors.ts";
import { baseUrlProblem } from "../../settings/base-url.ts";
import type { PROVIDER_SETUP_ENDPOINTS } from "../contract/provider-setup-endpoints.ts";
import type { Handlers } from "./types.ts";

export const providerSetupHandlers: Pick<Handlers, keyof typeof PROVIDER_SETUP_ENDPOINTS> = {
  providerCatalogue: ({ deps }) => deps.configuration.catalogue(),
  testProvider: ({ deps, body }) => deps.configuration.testProvider(body),
  raceProviders({ deps, body }) {
    for (const url of body.baseUrls) {
      const refusal = baseUrlProblem(url);
      if (refusal === null) continue;
      throw new GatewayError("invalid_request", `A base URL ${refusal.problem} (${refusal.hint}).`, {
        param: "baseUrls",
      });
    }
    return deps.configuration.race(body.baseUrls, body.tries);
  },
};
