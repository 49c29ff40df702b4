/** An OIDC provider as the library knows it: asked once what it offers, and again after a while. */
import type * as openidClient from "openid-client";
import type { ClientAuth, Configuration } from "openid-client";
import type { OidcProviderConfig } from "../settings/sign-in-types.ts";
import type { CredentialRef } from "../settings/types.ts";
import { digestOf } from "./sessions.ts";
import { OidcError } from "./types.ts";

export type OidcLibrary = typeof openidClient;

export interface OidcClient {
  library: OidcLibrary;
  configuration: Configuration;
}

export type FindClient = (provider: OidcProviderConfig) => Promise<OidcClient>;

const TIMEOUT_SECONDS = 10;
const KNOWN_MS = 3_600_000;

/** The answer throws OidcError `unreachable` where the provider does not say what it offers. */
export function createOidcClients(resolveSecret: (ref: CredentialRef) => Promise<string>): FindClient {
  const known = new Map<string, { untilMs: number; client: Promise<OidcClient> }>();
  return async (provider) => {
    const secret = provider.clientSecret === null ? null : await resolveSecret(provider.clientSecret);
    const key = digestOf(JSON.stringify([provider.issuer, provider.clientId, secret]));
    const nowMs = performance.now();
    const found = known.get(key);
    if (found && found.untilMs > nowMs) return found.client;
    for (const [old, { untilMs }] of known) if (untilMs <= nowMs) known.delete(old);
    const client = discover(provider, secret);
    known.set(key, { untilMs: nowMs + KNOWN_MS, client });
    // A provider that was down is asked again with the next sign-in.
    client.catch(() => known.delete(key));
    return client;
  };
}

async function discover({ id, issuer, clientId }: OidcProviderConfig, secret: string | null): Promise<OidcClient> {
  const library = await import("openid-client");
  try {
    const configuration = await library.discovery(
      new URL(issuer),
      clientId,
      undefined,
      secret === null ? library.None() : secretAuth(library, secret),
      {
        timeout: TIMEOUT_SECONDS,
        // The ID token comes straight from the provider, but one that is signed wrongly is still no good sign.
        execute: [
          library.enableNonRepudiationChecks,
          ...(isLoopbackHttp(issuer) ? [library.allowInsecureRequests] : []),
        ],
      },
    );
    return { library, configuration };
  } catch (error) {
    throw new OidcError("unreachable", `the OIDC provider "${id}" did not say what it offers`, error);
  }
}

/** In the body where the provider takes that, and else in a header, which all have to take. */
function secretAuth({ ClientSecretPost, ClientSecretBasic }: OidcLibrary, secret: string): ClientAuth {
  const [inBody, inHeader] = [ClientSecretPost(secret), ClientSecretBasic(secret)];
  return (server, ...rest) => {
    const takesBody = server.token_endpoint_auth_methods_supported?.includes("client_secret_post") ?? false;
    return (takesBody ? inBody : inHeader)(server, ...rest);
  };
}

/** Plain http is for trying things out on one's own machine. */
const isLoopbackHttp = (url: string): boolean =>
  /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?(?:\/|$)/i.test(url);
