import { GatewayError } from "../../ir/errors.ts";
import type { Handlers } from "./types.ts";

export const healthHandlers: Pick<Handlers, "listHealth" | "resetHealth"> = {
  listHealth: ({ deps }) => deps.health(),
  async resetHealth({ deps, body, record }) {
    const { provider, key, model } = body;
    if (provider !== undefined && !deps.providers().some(({ id }) => id === provider))
      throw new GatewayError("not_found", `There is no provider "${provider.slice(0, 80)}".`, { param: "provider" });
    deps.resetHealth({
      ...(provider === undefined ? {} : { provider }),
      ...(key === undefined ? {} : { key }),
      ...(model === undefined ? {} : { model }),
    });
    await record({
      action: "health.reset",
      target: { kind: "provider", id: provider ?? null, name: null },
      before: null,
      after: { provider, key, model },
    });
    return deps.health();
  },
};
