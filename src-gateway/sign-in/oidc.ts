/**
 * Signing in at an OIDC provider: authorization code with PKCE, state and nonce. What has to be remembered until the
 * browser comes back goes with it, sealed, in a cookie: every replica can finish what another one has begun.
 */
import type { Clock } from "../lib/clock.ts";
import type { OidcProviderConfig } from "../settings/sign-in-types.ts";
import type { FindClient, OidcClient } from "./oidc-client.ts";
import type { FindUser } from "./oidc-user.ts";
import type { Seal } from "./seal.ts";
import { OidcError, type OidcFailure, type OidcSignIn } from "./types.ts";

interface OidcWorld {
  clock: Clock;
  seal: Seal;
  providers(): readonly OidcProviderConfig[];
  findClient: FindClient;
  findUser: FindUser;
}

/** What the cookie holds. */
interface Begun {
  id: string;
  state: string;
  nonce: string;
  verifier: string;
  untilUs: number;
}

const BEGUN_SECONDS = 600;

const callbackUrl = (origin: string, id: string): string =>
  `${origin}/api/v1/auth/oidc/${encodeURIComponent(id)}/callback`;

export function createOidcSignIn(world: OidcWorld): OidcSignIn {
  const providerOf = (id: string): OidcProviderConfig => {
    const found = world.providers().find((provider) => provider.id === id);
    if (!found) throw new OidcError("state", `there is no OIDC provider "${id}"`);
    return found;
  };
  return {
    providers: () => world.providers().map(({ id, name }) => ({ id, name })),
    async begin(id, origin) {
      const provider = providerOf(id);
      const { library, configuration } = await world.findClient(provider);
      const begun: Begun = {
        id,
        state: library.randomState(),
        nonce: library.randomNonce(),
        verifier: library.randomPKCECodeVerifier(),
        untilUs: world.clock.nowUs() + BEGUN_SECONDS * 1_000_000,
      };
      const url = library.buildAuthorizationUrl(configuration, {
        redirect_uri: callbackUrl(origin, id),
        scope: provider.scopes.join(" "),
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await library.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: "S256",
      });
      return {
        url: url.href,
        cookie: { token: world.seal.close(JSON.stringify(begun)), maxAgeSeconds: BEGUN_SECONDS },
      };
    },
    async finish({ id, origin, search, cookie }) {
      const provider = providerOf(id);
      const begun = openBegun(world, id, cookie);
      const client = await world.findClient(provider);
      const { claims, idToken } = await readClaims(client, new URL(callbackUrl(origin, id) + search), begun, provider);
      const userId = await world.findUser(provider, claims);
      return { userId, provider: id, idToken };
    },
    async logoutUrl({ oidc }, origin) {
      const provider = world.providers().find((each) => each.id === oidc?.provider);
      if (!provider?.logout) return null;
      const { library, configuration } = await world.findClient(provider);
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return library.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: `${origin}/console/`,
        ...(oidc?.idToken ? { id_token_hint: oidc.idToken } : {}),
      }).href;
    },
  };
}

function openBegun({ clock, seal }: OidcWorld, id: string, cookie: string | null): Begun {
  const text = cookie === null ? null : seal.open(cookie);
  const begun = text === null ? null : (JSON.parse(text) as Begun);
  if (begun === null || begun.id !== id || begun.untilUs <= clock.nowUs())
    throw new OidcError("state", "this browser has begun no sign-in, or too long ago");
  return begun;
}

export type Claims = Readonly<Record<string, unknown>> & { iss: string; sub: string };

async function readClaims(
  { library, configuration }: OidcClient,
  url: URL,
  begun: Begun,
  { scopes, roles, teams }: OidcProviderConfig,
): Promise<{ claims: Claims; idToken: string | null }> {
  try {
    const tokens = await library.authorizationCodeGrant(configuration, url, {
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      pkceCodeVerifier: begun.verifier,
      idTokenExpected: true,
    });
    const told = tokens.claims();
    if (!told) throw new OidcError("refused", "the OIDC provider gave no ID token");
    const wanted = ["email", ...(roles ? [roles.claim] : []), ...(teams ? [teams.claim] : [])];
    const isWhole = wanted.every((name) => told[name] !== undefined) || !scopes.includes("openid");
    const more =
      isWhole || configuration.serverMetadata().userinfo_endpoint === undefined
        ? {}
        : await library.fetchUserInfo(configuration, tokens.access_token, told.sub);
    return { claims: { ...more, ...told }, idToken: tokens.id_token ?? null };
  } catch (error) {
    throw error instanceof OidcError ? error : new OidcError(failureOf(error), describe(error), error);
  }
}

/** The library's errors are told apart by their names and codes. */
function failureOf(thrown: unknown): OidcFailure {
  const { code, error, name } = thrown as { code?: string; error?: string; name?: string };
  if (error === "access_denied" || error === "login_required" || error === "consent_required") return "denied";
  if (code === "OAUTH_TIMEOUT" || name === "TypeError" || name === "TimeoutError") return "unreachable";
  return "refused";
}

/** For the log: what the provider said of itself is a stranger's text, and what it sent may hold secrets. */
function describe(thrown: unknown): string {
  const { code, error } = thrown as { code?: unknown; error?: unknown };
  const words = [code, error].filter((word) => typeof word === "string" && /^[\w.-]{1,60}$/.test(word));
  return `the OIDC provider's answer was not taken (${words.join(", ") || "no reason"})`;
}
