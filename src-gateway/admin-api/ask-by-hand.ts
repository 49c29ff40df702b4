/** The playground's way to the models: who is signed in asks as a client does, without a client key. */
import type { Express } from "express";
import { requireCaller } from "./caller.ts";
import { API_PREFIX } from "./contract/api-prefix.ts";
import { PLAYGROUND } from "./contract/playground-endpoint.ts";
import type { AdminDeps } from "./deps.ts";

export function mountPlayground(app: Express, deps: AdminDeps): void {
  // Express takes the prefix off: what is left is the path that a client asks at.
  app.use(API_PREFIX + PLAYGROUND.path, async (request, response) => {
    const caller = await requireCaller(request, response, PLAYGROUND.access, deps);
    await deps.playground(request, response, caller?.userId ?? deps.root.id);
  });
}
