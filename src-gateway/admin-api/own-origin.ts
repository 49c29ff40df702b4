/** The gateway's own origin, as the browser in front of it knows it. */
import type { IncomingMessage } from "node:http";
import { GatewayError } from "../ir/errors.ts";
import { clientOf } from "../lib/client-address.ts";
import type { AdminDeps } from "./deps.ts";

type Deps = { signIn: Pick<AdminDeps["signIn"], "publicUrl"> };

/** The guard in front of all this has checked the host. @throws GatewayError invalid_request where none is named. */
export function ownOriginOf(request: IncomingMessage, { signIn }: Deps): string {
  const { protocol, host } = clientOf(request);
  const origin = signIn.publicUrl ?? (host === null ? null : `${protocol}://${host}`);
  if (origin === null) throw new GatewayError("invalid_request", "Name the gateway with a Host header.");
  return origin;
}

/**
 * Cookies travel with requests that other pages cause; only our own page names our own origin.
 * @throws GatewayError forbidden_origin
 */
export function requireOwnOrigin(request: IncomingMessage, { signIn }: Deps): void {
  const { origin } = request.headers;
  const { host } = clientOf(request);
  if (origin !== undefined && origin === signIn.publicUrl) return;
  if (host !== null && (origin === `http://${host}` || origin === `https://${host}`)) return;
  throw new GatewayError("forbidden_origin", "This request does not come from the console's own page.");
}
