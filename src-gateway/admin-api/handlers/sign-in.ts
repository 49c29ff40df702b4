import type { IncomingMessage, ServerResponse } from "node:http";
import type { User } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import { cookieOf } from "../caller.ts";
import type { AdminDeps } from "../deps.ts";
import { SESSION_COOKIE } from "../sessions.ts";
import type { Handlers } from "./types.ts";

export const signInHandlers: Pick<Handlers, "createCode" | "login" | "logout" | "whoAmI"> = {
  async createCode({ deps, caller }) {
    return deps.sessions.createCode(await userOf(deps, caller?.userId));
  },
  login({ deps, body, request, response }) {
    const user = body.code === undefined ? firstRunUser(deps, request) : deps.sessions.redeem(body.code);
    if (!user) throw new GatewayError("invalid_api_key", "This code is not valid, or no longer. `gateway console` gives a new one.");
    setCookie(response, deps.sessions.start(user), deps.sessions.maxAgeSeconds);
    return user;
  },
  logout({ deps, request, response }) {
    const session = cookieOf(request);
    if (session) deps.sessions.end(session);
    setCookie(response, "", 0);
    return {};
  },
  whoAmI: ({ deps, caller }) => userOf(deps, caller?.userId),
};

/** On the machine itself, while nobody has ever been in: the person who has just installed it. */
function firstRunUser(deps: AdminDeps, request: IncomingMessage): User {
  const address = request.socket.remoteAddress ?? "";
  const isLoopback = address === "::1" || /^(?:::ffff:)?127\./.test(address);
  if (isLoopback && deps.sessions.isUntouched() && deps.isFirstRun()) return deps.root;
  throw new GatewayError("missing_api_key", "Sign in with a one-time code: run `gateway console` on the gateway's machine.");
}

async function userOf(deps: AdminDeps, id: number | undefined): Promise<User> {
  const user = id === undefined ? null : await deps.users.find(id);
  if (!user) throw new GatewayError("not_found", "This user is gone.");
  return user;
}

function setCookie(response: ServerResponse, value: string, maxAgeSeconds: number): void {
  response.setHeader("set-cookie", `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`);
}
