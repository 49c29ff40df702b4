import { GatewayError } from "../../ir/errors.ts";
import type { Handlers } from "./types.ts";

export const priceHandlers: Pick<Handlers, "listPrices"> = {
  async listPrices({ deps, query }) {
    if (query.provider !== undefined && !deps.isProvider(query.provider)) {
      const message = `There is no provider or kind of provider "${query.provider.slice(0, 80)}".`;
      throw new GatewayError("not_found", message, { param: "provider" });
    }
    return deps.prices(query);
  },
};
