import type { IncomingMessage } from "node:http";
import type { User } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import { addressOf } from "../../lib/client-address.ts";
import type { SessionStart, SignInMethod } from "../../sign-in/types.ts";
import type { Caller } from "../caller.ts";
import { ASKED_COOKIE, CLEARED, OIDC_COOKIE, readCookie, SESSION_COOKIE, setCookie } from "../cookies.ts";
import type { AdminDeps } from "../deps.ts";
import { askForMail, takeGuess } from "../mail-request.ts";
import { describeFailure, toGatewayError } from "../oidc-failures.ts";
import { ownOriginOf } from "../own-origin.ts";
import { isNarrowed } from "./ranks.ts";
import type { HandlerInput, Handlers } from "./types.ts";

export const signInHandlers: Pick<
  Handlers,
  "getSignInMethods" | "createCode" | "login" | "verifyCode" | "startOidc" | "logout" | "whoAmI"
> = {
  getSignInMethods: ({ deps: { signIn } }) => ({ mail: signIn.mailer.mode, oidc: signIn.oidc.providers() }),
  async createCode({ deps, caller, record }) {
    // A session has all rights of its user.
    if (isNarrowed(caller))
      throw new GatewayError("forbidden", "A key whose rights are narrowed by scopes may not sign anybody in.");
    const user = await userOf(deps, caller);
    const link = deps.signIn.codes.createLink(user.id);
    const target = { kind: "user", id: String(user.id), name: user.email };
    await record({ action: "sign_in_code.create", target, before: null, after: { expiresAtUs: link.expiresAtUs } });
    return link;
  },
  async login(input) {
    const { deps, body, request, response } = input;
    const { code, email, language } = body;
    if (email !== undefined && code === undefined) {
      await input.record(null);
      return askForMail(deps, { email, language }, request, response);
    }
    if (code === undefined) return enter(input, await firstRunUser(deps, request), { method: "first_run" });
    const forgive = takeGuess(deps, request);
    const found = await deps.signIn.codes.redeemLink(code);
    const user = found && (await activeUser(deps, found.userId));
    if (!user) {
      throw new GatewayError(
        "invalid_api_key",
        "This link was used already, or is too old. `gateway console` gives a new one, and so does a new mail.",
      );
    }
    forgive();
    return enter(input, user, { method: found?.method ?? "link" });
  },
  async verifyCode(input) {
    const { deps, body, request } = input;
    const forgive = takeGuess(deps, request);
    const digits = body.code.replace(/\D/g, "");
    const browser = readCookie(request, ASKED_COOKIE);
    const userId = browser === null ? null : await deps.signIn.codes.redeemDigits({ digits, browser });
    const user = userId === null ? null : await activeUser(deps, userId);
    if (!user) {
      throw new GatewayError(
        "invalid_api_key",
        "This code is not right, or no longer. Take the newest mail, in the browser that asked for it; or have a new one sent.",
      );
    }
    forgive();
    setCookie(request, input.response, deps.signIn.publicUrl, { ...ASKED_COOKIE, ...CLEARED });
    return enter(input, user, { method: "mail" });
  },
  async startOidc({ deps, params, record, request, response }) {
    await record(null);
    try {
      const { url, cookie } = await deps.signIn.oidc.begin(params["id"] ?? "", ownOriginOf(request, deps));
      setCookie(request, response, deps.signIn.publicUrl, { ...OIDC_COOKIE, ...cookie });
      return { url };
    } catch (error) {
      deps.log.warn(describeFailure(error), "a sign-in by OIDC did not begin");
      throw toGatewayError(error);
    }
  },
  async logout({ deps, record, request, response }) {
    const { sessions, oidc, publicUrl } = deps.signIn;
    const token = readCookie(request, SESSION_COOKIE);
    const ended = token === null ? null : await sessions.end(token);
    setCookie(request, response, publicUrl, { ...SESSION_COOKIE, ...CLEARED });
    const user = ended && (await deps.users.find(ended.userId));
    await record(
      ended && {
        action: "session.end",
        target: { kind: "user", id: String(ended.userId), name: user?.email ?? null },
        before: null,
        after: null,
      },
      ended ? { userId: ended.userId, email: user?.email ?? null, via: "session" } : {},
    );
    if (!ended?.oidc) return { logoutUrl: null };
    // Out is out here, whether or not the provider can be asked for its part.
    const logoutUrl = await oidc.logoutUrl(ended, ownOriginOf(request, deps)).catch(() => null);
    return { logoutUrl };
  },
  whoAmI: ({ deps, caller }) => userOf(deps, caller),
};

type Entering = Pick<HandlerInput<"login">, "deps" | "request" | "response" | "record">;

/** From here on the browser is signed in, and who it was before is not any more. */
export async function enter(
  { deps, request, response, record }: Entering,
  user: User,
  how: Pick<SessionStart, "oidc"> & { method: SignInMethod },
): Promise<User> {
  const { sessions, publicUrl } = deps.signIn;
  const before = readCookie(request, SESSION_COOKIE);
  if (before) await sessions.end(before);
  const session = await sessions.start(user.id, { ...how, ...visitorOf(request) });
  setCookie(request, response, publicUrl, { ...SESSION_COOKIE, ...session });
  await record(
    {
      action: "session.create",
      target: { kind: "user", id: String(user.id), name: user.email },
      before: null,
      after: { method: how.method, ...(how.oidc ? { provider: how.oidc.provider } : {}) },
    },
    { userId: user.id, email: user.email, via: "session" },
  );
  return user;
}

const visitorOf = (request: IncomingMessage): { address: string | null; userAgent: string | null } => ({
  address: addressOf(request),
  userAgent: request.headers["user-agent"] ?? null,
});

async function activeUser({ users }: AdminDeps, id: number): Promise<User | null> {
  const user = await users.find(id);
  return user?.status === "active" ? user : null;
}

/** On the machine itself, while nobody has ever been in: the person who has just installed it. */
async function firstRunUser(deps: AdminDeps, request: IncomingMessage): Promise<User> {
  const address = request.socket.remoteAddress ?? "";
  const isLoopback = address === "::1" || /^(?:::ffff:)?127\./.test(address);
  // Through a proxy everybody comes from the machine itself.
  const isProxied = request.headers["x-forwarded-for"] !== undefined || request.headers["forwarded"] !== undefined;
  if (isLoopback && !isProxied && deps.isFirstRun() && (await deps.signIn.sessions.isUntouched())) return deps.root;
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
