import { GatewayError } from "../../ir/errors.ts";
import type { Handlers } from "./types.ts";

export const gatewayHandlers: Pick<Handlers, "getStatus" | "listModels" | "listProviders" | "probeProvider" | "getConfig" | "reloadConfig"> = {
  getStatus: ({ deps }) => deps.status(),
  listModels: ({ deps }) => deps.models() as ReturnType<Handlers["listModels"]>,
  listProviders: ({ deps }) => deps.providers(),
  async probeProvider({ deps, params }) {
    const id = params["id"] ?? "";
    const result = await deps.probe(id);
    if (!result) throw new GatewayError("not_found", `There is no provider "${id.slice(0, 80)}".`);
    return result;
  },
  getConfig: ({ deps }) => deps.config() as ReturnType<Handlers["getConfig"]>,
  async reloadConfig({ deps }) {
    await deps.reloadConfig();
    return deps.config() as Awaited<ReturnType<Handlers["reloadConfig"]>>;
  },
};
