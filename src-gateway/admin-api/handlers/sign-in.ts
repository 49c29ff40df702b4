import type { IncomingMessage } from "node:http";
import type { User } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import { type Caller, cookieOf, setSessionCookie } from "../caller.ts";
import type { AdminDeps } from "../deps.ts";
import type { Handlers } from "./types.ts";

export const signInHandlers: Pick<Handlers, "createCode" | "login" | "logout" | "whoAmI"> = {
  async createCode({ deps, caller }) {
    const user = await userOf(deps, caller);
    return deps.sessions.createCode(user.id);
  },
  async login({ deps, body, request, response }) {
    const userId = body.code === undefined ? firstRunUser(deps, request).id : deps.sessions.redeem(body.code);
    const user = userId === null ? null : await deps.users.find(userId);
    if (user?.status !== "active") {
      throw new GatewayError(
        "invalid_api_key",
        "This code is not valid, or no longer. `gateway console` gives a new one.",
      );
    }
    endSession(deps, request);
    setSessionCookie(response, deps.sessions.start(user.id));
    return user;
  },
  logout({ deps, request, response }) {
    endSession(deps, request);
    setSessionCookie(response, { token: "", maxAgeSeconds: 0 });
    return {};
  },
  whoAmI: ({ deps, caller }) => userOf(deps, caller),
};

function endSession(deps: AdminDeps, request: IncomingMessage): void {
  const session = cookieOf(request);
  if (session) deps.sessions.end(session);
}

/** On the machine itself, while nobody has ever been in: the person who has just installed it. */
function firstRunUser(deps: AdminDeps, request: IncomingMessage): User {
  const address = request.socket.remoteAddress ?? "";
  const isLoopback = address === "::1" || /^(?:::ffff:)?127\./.test(address);
  // Through a proxy everybody comes from the machine itself.
  const isProxied = request.headers["x-forwarded-for"] !== undefined || request.headers["forwarded"] !== undefined;
  if (isLoopback && !isProxied && deps.sessions.isUntouched() && deps.isFirstRun()) return deps.root;
  throw new GatewayError(
    "missing_api_key",
    "Sign in with a one-time code: run `gateway console` on the gateway's machine.",
  );
}

async function userOf(deps: AdminDeps, caller: Caller | null): Promise<User> {
  const user = caller === null ? null : caller.isLocal ? await operatorOf(deps) : await deps.users.find(caller.userId);
  if (!user) throw new GatewayError("not_found", "This user is gone.");
  return user;
}

/** Whoever sits at the machine acts as a root administrator who may sign in. */
async function operatorOf({ users, root }: AdminDeps): Promise<User | null> {
  const roots = (await users.list()).filter(({ role, status }) => role === "root_admin" && status === "active");
  return roots.find(({ id }) => id === root.id) ?? roots[0] ?? null;
}
