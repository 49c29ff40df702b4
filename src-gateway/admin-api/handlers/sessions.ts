import { GatewayError } from "../../ir/errors.ts";
import { addressOf } from "../../lib/client-address.ts";
import type { SessionRecord } from "../../sign-in/types.ts";
import type { Caller } from "../caller.ts";
import type { SessionView } from "../contract/sign-in-endpoints.ts";
import type { AdminDeps } from "../deps.ts";
import type { Handlers } from "./types.ts";

export const sessionHandlers: Pick<
  Handlers,
  "listSessions" | "endSession" | "endOtherSessions" | "listUserSessions" | "endUserSessions" | "listOutbox"
> = {
  async listSessions({ deps, caller }) {
    const found = await deps.signIn.sessions.list(caller?.userId ?? 0);
    return found.map((session) => viewOf(session, caller));
  },
  async endSession({ deps, caller, params, record }) {
    const id = numberOf(params["id"]);
    if (!caller || !(await deps.signIn.sessions.endOne(caller.userId, id)))
      throw new GatewayError("not_found", `You have no session ${id}.`);
    await record({
      action: "session.end",
      target: { kind: "session", id: String(id), name: caller.email },
      before: null,
      after: null,
    });
    return {};
  },
  async endOtherSessions({ deps, caller, record }) {
    if (!caller) return { ended: 0 };
    const ended = await deps.signIn.sessions.endAll(caller.userId, caller.sessionId ?? 0);
    await record({
      action: "session.end",
      target: { kind: "user", id: String(caller.userId), name: caller.email },
      before: null,
      after: { ended },
    });
    return { ended };
  },
  async listUserSessions({ deps, caller, params }) {
    const user = await userOf(deps, caller, numberOf(params["id"]));
    return (await deps.signIn.sessions.list(user.id)).map((session) => viewOf(session, caller));
  },
  async endUserSessions({ deps, caller, params, record }) {
    const user = await userOf(deps, caller, numberOf(params["id"]));
    const ended = await deps.signIn.sessions.endAll(user.id);
    await record({
      action: "session.end",
      target: { kind: "user", id: String(user.id), name: user.email },
      before: null,
      after: { ended },
    });
    return { ended };
  },
  listOutbox({ deps, request, caller }) {
    const { mailer } = deps.signIn;
    const address = addressOf(request) ?? "";
    const isHere = caller?.isLocal === true || address === "::1" || address.startsWith("127.");
    if (mailer.mode !== "outbox" || !isHere || caller?.role !== "root_admin")
      throw new GatewayError("not_found", "There is no outbox: mails are sent, or there are none.");
    return mailer.outbox();
  },
};

/** A root administrator is above other administrators. */
async function userOf(deps: AdminDeps, caller: Caller | null, id: number): Promise<{ id: number; email: string }> {
  const user = await deps.users.find(id);
  if (!user) throw new GatewayError("not_found", `There is no user ${id}.`);
  if (user.role === "root_admin" && caller?.role !== "root_admin")
    throw new GatewayError("forbidden", "Only root administrators may do this to a root administrator.");
  return user;
}

const viewOf = ({ userId, ...session }: SessionRecord, caller: Caller | null): SessionView => ({
  ...session,
  isCurrent: session.id === caller?.sessionId && userId === caller.userId,
});

function numberOf(text: string | undefined): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new GatewayError("invalid_request", "The id in the path is no number.", { param: "id" });
}
