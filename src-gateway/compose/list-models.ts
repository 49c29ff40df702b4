/** Everything that can be asked for: the built-in model, the operator's names, and what the providers list. */

import type { ListedModel } from "../server/models-reply.ts";
import type { Parts } from "./parts.ts";

export async function listModels({ config, models }: Parts): Promise<ListedModel[]> {
  const { aliases, routes } = config.live().config;
  const found = new Map<string, ListedModel>();
  const add = (model: ListedModel): void => {
    if (!found.has(model.id)) found.set(model.id, model);
  };
  add({ id: "loopback", ownedBy: "tokligence", displayName: "Loopback (built in)" });
  for (const alias of Object.keys(aliases)) add({ id: alias, ownedBy: "alias" });
  for (const route of routes) if (!/[*?]/.test(route.match)) add({ id: route.match, ownedBy: "route" });
  for (const model of await models.list()) add({ ...model, ownedBy: model.provider });
  return [...found.values()];
}
