/** Where an OIDC provider sends the browser back to: a visit, not a call, so the answer is a way into the console. */
import type { Request, Response } from "express";
import { GatewayError } from "../ir/errors.ts";
import { CLEARED, OIDC_COOKIE, readCookie, setCookie } from "./cookies.ts";
import type { AdminDeps } from "./deps.ts";
import { enter } from "./handlers/sign-in.ts";
import { takeGuess } from "./mail-request.ts";
import { describeFailure, failureOf } from "./oidc-failures.ts";
import { ownOriginOf } from "./own-origin.ts";
import { recorderOf } from "./recorder.ts";

export async function finishOidc(deps: AdminDeps, request: Request, response: Response): Promise<void> {
  const { oidc, publicUrl } = deps.signIn;
  let mark = "";
  try {
    const forgive = takeGuess(deps, request);
    const cookie = readCookie(request, OIDC_COOKIE);
    setCookie(request, response, publicUrl, { ...OIDC_COOKIE, ...CLEARED });
    const { userId, provider, idToken } = await oidc.finish({
      id: String(request.params["id"]),
      origin: ownOriginOf(request, deps),
      search: request.originalUrl.slice(request.originalUrl.indexOf("?")),
      cookie,
    });
    forgive();
    const user = await deps.users.find(userId);
    if (!user) throw new GatewayError("not_found", "This user is gone.");
    const { record } = recorderOf(deps, null, request, response);
    await enter({ deps, request, response, record }, user, { method: "oidc", oidc: { provider, idToken } });
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null && !(error instanceof GatewayError)) throw error;
    deps.log.warn(
      { ...describeFailure(error), requestId: response.getHeader("x-request-id") },
      "a sign-in by OIDC failed",
    );
    mark = `#sign-in-failed=${failure ?? "refused"}`;
  }
  // Nothing of the provider's address may stay behind in the browser.
  response.redirect(303, `/console/${mark}`);
}
