/** Who did it and from where, for acts that handlers record; and what is recorded when a handler says nothing. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Actor, AdminAct } from "../audit/types.ts";
import { addressOf } from "../lib/client-address.ts";
import type { Caller } from "./caller.ts";
import { WITHOUT_ACT } from "./contract/without-act.ts";
import type { AdminDeps } from "./deps.ts";

export interface Recorder {
  /** Null says that nothing was changed after all. */
  record: (act: AdminAct | null, actor?: Partial<Actor>) => Promise<void>;
  /** To be called when the handler is done: whatever changes something leaves a trace, also where a handler forgot it. */
  recordRest(endpoint: string, method: string, params: Readonly<Record<string, string | string[]>>): Promise<void>;
}

export function recorderOf(
  deps: Pick<AdminDeps, "acts">,
  caller: Caller | null,
  request: IncomingMessage,
  response: ServerResponse,
): Recorder {
  const requestId = String(response.getHeader("x-request-id") ?? "") || null;
  const address = caller?.isLocal ? null : addressOf(request);
  let isTold = false;
  const record: Recorder["record"] = async (act, actor = {}) => {
    isTold = true;
    if (act === null) return;
    await deps.acts.record({ ...act, actor: { ...actorOf(caller), ...actor }, address, requestId });
  };
  return {
    record,
    async recordRest(endpoint, method, params) {
      if (isTold || method === "GET" || endpoint in WITHOUT_ACT) return;
      await record({
        action: `api.${endpoint.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
        target: { kind: "api", id: params["id"]?.toString() ?? null, name: null },
        before: null,
        after: { ...params },
      });
    },
  };
}

function actorOf(caller: Caller | null): Actor {
  const nobody = { userId: null, email: null, apiKeyId: null };
  if (caller === null) return { ...nobody, via: "open" };
  if (caller.isLocal) return { ...nobody, via: "local" };
  const { userId, email, apiKeyId } = caller;
  if (apiKeyId !== null) return { userId, email, apiKeyId, via: "key" };
  return caller.byCookie ? { userId, email, apiKeyId: null, via: "session" } : { ...nobody, via: "open" };
}
