/** Who did it and from where, for acts that handlers record. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Actor, AdminAct } from "../audit/types.ts";
import type { Caller } from "./caller.ts";
import type { AdminDeps } from "./deps.ts";

export function recorderOf(
  deps: Pick<AdminDeps, "acts">,
  caller: Caller | null,
  request: IncomingMessage,
  response: ServerResponse,
): (act: AdminAct, actor?: Partial<Actor>) => Promise<void> {
  const requestId = String(response.getHeader("x-request-id") ?? "") || null;
  const address = caller?.isLocal ? null : (request.socket.remoteAddress ?? null);
  return async (act, actor = {}) => {
    await deps.acts.record({ ...act, actor: { ...actorOf(caller), ...actor }, address, requestId });
  };
}

export function actorOf(caller: Caller | null): Actor {
  const nobody = { userId: null, email: null, apiKeyId: null };
  if (caller === null) return { ...nobody, via: "open" };
  if (caller.isLocal) return { ...nobody, via: "local" };
  const { userId, email, apiKeyId } = caller;
  if (apiKeyId !== null) return { userId, email, apiKeyId, via: "key" };
  return caller.byCookie ? { userId, email, apiKeyId: null, via: "session" } : { ...nobody, via: "open" };
}
