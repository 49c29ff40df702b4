/** Who calls the admin API, and whether they may. */
import type { IncomingMessage } from "node:http";
import { readCredential } from "../auth/read-credential.ts";
import type { Role } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { Access } from "./contract/endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { SESSION_COOKIE } from "./sessions.ts";

export interface Caller {
  userId: number;
  role: Role;
  /** By cookie, so that a page of another site could cause the request. */
  byCookie: boolean;
}

export const isAdmin = (caller: Caller): boolean => caller.role !== "gateway_user";

/** @throws GatewayError missing_api_key, invalid_api_key, user_suspended, forbidden */
export function requireCaller(request: IncomingMessage, access: Access, deps: AdminDeps): Caller | null {
  if (access === "public") return null;
  const caller = findCaller(request, deps);
  if (caller === null) {
    throw new GatewayError("missing_api_key", "Sign in first: run `gateway console`, or send an administrator's client key as a Bearer token.");
  }
  if (access === "admin" && !isAdmin(caller)) throw new GatewayError("forbidden", "Only administrators may do this.");
  if (caller.byCookie && request.method !== "GET") requireOwnOrigin(request);
  return caller;
}

function findCaller(request: IncomingMessage, deps: AdminDeps): Caller | null {
  if (deps.isLocal(request) || deps.authDisabled) return { userId: deps.root.id, role: "root_admin", byCookie: false };
  const session = cookieOf(request);
  const user = session === null ? null : deps.sessions.find(session);
  if (user) return { userId: user.id, role: user.role, byCookie: true };
  const credential = readCredential(request.headers, new URLSearchParams());
  if (credential === null) return null;
  const principal = deps.keyRing.authenticate(credential.token);
  return { userId: principal.userId, role: principal.role, byCookie: false };
}

export function cookieOf(request: IncomingMessage): string | null {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = pair.trim().split("=");
    if (name === SESSION_COOKIE && value) return value;
  }
  return null;
}

/** The cookie travels with requests that other pages cause; only our own page names our own origin. */
function requireOwnOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (origin === `http://${host}` || origin === `https://${host}`) return;
  throw new GatewayError("forbidden_origin", "This request does not come from the console's own page.");
}
