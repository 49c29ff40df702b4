/** Who calls the admin API, and whether they may. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readCredential } from "../auth/read-credential.ts";
import { keyAllows, mayReach, RIGHTS } from "../auth/rights.ts";
import type { Role, User } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { Access } from "./contract/endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { SESSION_COOKIE } from "./sessions.ts";

export interface Caller {
  userId: number;
  role: Role;
  /** Of the user; null for the operator, who need not be any. */
  email: string | null;
  /** Null for those who came without a key. */
  apiKeyId: number | null;
  /** Of the key; empty for those who came without one. */
  scopes: readonly string[];
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
  if (access === "public") return null;
  const caller = await findCaller(request, response, deps);
  if (caller === null) {
    throw new GatewayError(
      "missing_api_key",
      "Sign in first: run `gateway console`, or send an administrator's client key as a Bearer token.",
    );
  }
  if (caller.byCookie && request.method !== "GET" && request.method !== "HEAD") requireOwnOrigin(request);
  requireRight(caller, access);
  return caller;
}

/** @throws GatewayError forbidden */
export function requireRight(caller: Caller, access: Exclude<Access, "public">): void {
  if (access === "user") return;
  if (access === "admin") {
    if (!isAdmin(caller)) throw new GatewayError("forbidden", "Only administrators may do this.");
    return;
  }
  if (!mayReach(caller.role, access)) {
    const what = RIGHTS[access].what;
    throw new GatewayError("forbidden", `Your role does not let you do this: ${what} (the right ${access}).`);
  }
  if (!keyAllows(caller.scopes, access)) {
    const needed = `This key has not the scope admin:${access}, which this needs.`;
    throw new GatewayError("forbidden", `${needed} Use another key, or make one with that scope.`);
  }
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
      byCookie: false,
      isLocal,
    };
  }
  const user = await userOfSession(request, response, deps);
  if (user) {
    const { id, role, email } = user;
    return { userId: id, role, email, apiKeyId: null, scopes: [], byCookie: true, isLocal };
  }
  const credential = readCredential(request.headers, new URLSearchParams());
  if (credential === null) return null;
  const { userId, role, email, apiKeyId, scopes } = deps.keyRing.authenticate(credential.token);
  return { userId, role, email, apiKeyId, scopes, byCookie: false, isLocal };
}

/** The user as they are now: a session ends with the suspension of its user, and a role that was taken is gone. */
async function userOfSession(
  request: IncomingMessage,
  response: ServerResponse,
  deps: AdminDeps,
): Promise<User | null> {
  const token = cookieOf(request);
  const session = token === null ? null : deps.sessions.find(token);
  if (token === null || !session) return null;
  const user = await deps.users.find(session.userId);
  if (user?.status !== "active") {
    deps.sessions.end(token);
    return null;
  }
  if (session.renewed && !response.headersSent) setSessionCookie(response, session.renewed);
  return user;
}

export function cookieOf(request: IncomingMessage): string | null {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = pair.trim().split("=");
    if (name === SESSION_COOKIE && value) return value;
  }
  return null;
}

export function setSessionCookie(response: ServerResponse, session: { token: string; maxAgeSeconds: number }): void {
  const { token, maxAgeSeconds } = session;
  response.setHeader(
    "set-cookie",
    `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`,
  );
}

/** The cookie travels with requests that other pages cause; only our own page names our own origin. */
function requireOwnOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return;
  throw new GatewayError("forbidden_origin", "This request does not come from the console's own page.");
}
