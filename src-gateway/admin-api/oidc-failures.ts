/** Why a sign-in by OIDC did not work, for people: as an error of the API, or as a word in the console's address. */
import { GatewayError } from "../ir/errors.ts";
import type { OidcFailure } from "../sign-in/types.ts";

const TEXTS: Record<OidcFailure, string> = {
  state: "This sign-in was not begun in this browser, or too long ago. Begin it again.",
  denied: "The sign-in was broken off at the provider.",
  unreachable: "The OIDC provider does not answer as it should. Try again; the gateway's log has the reason.",
  refused: "The OIDC provider's answer was not good. Try again; the gateway's log has the reason.",
  unverified: "The provider does not vouch for an e-mail address of yours. Have it verified there.",
  unknown_user: "There is no user with your e-mail address. Ask the administrator of the gateway.",
  suspended: "This user is suspended. Ask the administrator of the gateway.",
  conflict: "Your e-mail address belongs to another account. Ask the administrator of the gateway.",
};

/** The error of sign-in/ itself is known by its name: a door is given values of other folders, never their classes. */
export function failureOf(thrown: unknown): OidcFailure | null {
  const { name, failure } = thrown as { name?: unknown; failure?: unknown };
  return name === "OidcError" && typeof failure === "string" && failure in TEXTS ? (failure as OidcFailure) : null;
}

/** For the log: words of ours and of the library; what a provider sent may hold more than is good to keep. */
export function describeFailure(thrown: unknown): { failure: string | null; problem: string; cause?: string } {
  const { message, cause } = thrown as { message?: unknown; cause?: unknown };
  const because = cause instanceof Error ? { cause: cause.message } : {};
  return { failure: failureOf(thrown), problem: String(message), ...because };
}

/** Anything else passes as it is. */
export function toGatewayError(thrown: unknown): unknown {
  const failure = failureOf(thrown);
  if (failure === null) return thrown;
  const code = failure === "state" ? "not_found" : failure === "unreachable" ? "provider_unreachable" : "forbidden";
  return new GatewayError(code, TEXTS[failure], { cause: thrown });
}
