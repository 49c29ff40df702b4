/** Who calls the admin API, and whether they may. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readCredential } from "../auth/read-credential.ts";
import { keyAllows, mayLead, mayReach, RIGHTS } from "../auth/rights.ts";
import type { Role, User } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import { addressOf } from "../lib/client-address.ts";
import type { Access } from "./contract/endpoints.ts";
import { readCookie, SESSION_COOKIE, setCookie } from "./cookies.ts";
import type { AdminDeps } from "./deps.ts";
import { requireOwnOrigin } from "./own-origin.ts";

export interface Caller {
  userId: number;
  role: Role;
  /** Of the user; null for the operator, who need not be any. */
  email: string | null;
  /** Null for those who came without a key. */
  apiKeyId: number | null;
  /** Of the key; empty for those who came without one. */
  scopes: readonly string[];
  /** Null for those who came without one. */
  sessionId: number | null;
  /** By cookie, so that a page of another site could cause the request. */
  byCookie: boolean;
  /** Through the control socket: the operator of the machine, who need not be any user. */
  isLocal: boolean;
}

export const isAdmin = (caller: Caller): boolean => caller.role !== "gateway_user";

/** @throws GatewayError missing_api_key, invalid_api_key, user_suspended, forbidden, forbidden_origin */
export async function requireCaller(
  request: IncomingMessage,
  response: ServerResponse,
  access: Access,
  deps: AdminDeps,
): Promise<Caller | null> {
  if (access === "public") {
    // Nobody may be signed in or out by another page; programs name no origin.
    if (isChange(request) && request.headers.origin !== undefined) requireOwnOrigin(request, deps);
    return null;
  }
  const caller = await findCaller(request, response, deps);
  if (caller === null) {
    throw new GatewayError(
      "missing_api_key",
      "Sign in first: run `gateway console`, or send an administrator's client key as a Bearer token.",
    );
  }
  if (caller.byCookie && isChange(request)) requireOwnOrigin(request, deps);
  await requireRight(caller, access, deps);
  return caller;
}

const isChange = ({ method }: IncomingMessage): boolean => method !== "GET" && method !== "HEAD";

/** @throws GatewayError forbidden */
export async function requireRight(
  caller: Caller,
  access: Exclude<Access, "public">,
  deps: Pick<AdminDeps, "teams">,
): Promise<void> {
  if (!mayReach(caller.role, access) && !(mayLead(access) && (await leadsATeam(caller, deps)))) {
    const what = RIGHTS[access].what;
    throw new GatewayError("forbidden", `Your role does not let you do this: ${what} (the right ${access}).`);
  }
  if (!keyAllows(caller.scopes, access)) {
    const needed = `This key has not the scope admin:${access}, which this needs.`;
    throw new GatewayError("forbidden", `${needed} Use another key, or make one with that scope.`);
  }
}

/** Which team that is, the handler looks. */
async function leadsATeam({ userId }: Caller, { teams }: Pick<AdminDeps, "teams">): Promise<boolean> {
  const own = await teams.teamsOf(userId);
  const roles = await Promise.all(own.map(({ id }) => teams.roleOf(id, userId)));
  return roles.includes("team_admin");
}

async function findCaller(request: IncomingMessage, response: ServerResponse, deps: AdminDeps): Promise<Caller | null> {
  const isLocal = deps.isLocal(request);
  if (isLocal || deps.authDisabled) {
    return {
      userId: deps.root.id,
      role: "root_admin",
      email: null,
      apiKeyId: null,
      scopes: [],
      sessionId: null,
      byCookie: false,
      isLocal,
    };
  }
  const signedIn = await userOfSession(request, response, deps);
  if (signedIn) {
    const { id, role, email } = signedIn.user;
    return {
      userId: id,
      role,
      email,
      apiKeyId: null,
      scopes: [],
      sessionId: signedIn.sessionId,
      byCookie: true,
      isLocal,
    };
  }
  const credential = readCredential(request.headers, new URLSearchParams());
  if (credential === null) return null;
  await deps.keyRing.recall(credential.token);
  const { userId, role, email, apiKeyId, scopes } = deps.keyRing.authenticate(credential.token, addressOf(request));
  return { userId, role, email, apiKeyId, scopes, sessionId: null, byCookie: false, isLocal };
}

/** The user as they are now: a session ends with the suspension of its user, and a role that was taken is gone. */
async function userOfSession(
  request: IncomingMessage,
  response: ServerResponse,
  { signIn, users }: AdminDeps,
): Promise<{ user: User; sessionId: number } | null> {
  const token = readCookie(request, SESSION_COOKIE);
  const session = token === null ? null : await signIn.sessions.find(token);
  if (!session) return null;
  const user = await users.find(session.userId);
  if (user?.status !== "active") {
    await signIn.sessions.endAll(session.userId);
    return null;
  }
  if (session.renewed && !response.headersSent)
    setCookie(request, response, signIn.publicUrl, { ...SESSION_COOKIE, ...session.renewed });
  return { user, sessionId: session.id };
}
