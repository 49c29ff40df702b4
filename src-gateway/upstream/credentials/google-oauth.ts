/** Turns a Google service account into access tokens: a signed statement of who asks is exchanged for a token of an hour. */
import { createHash, sign } from "node:crypto";
import { GatewayError } from "../../ir/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import { asObject, asText } from "../../protocols/loose-json.ts";

export interface GoogleTokens {
  /**
   * A bearer token for the service account (the text of its JSON file), good for at least another moment.
   *
   * @throws GatewayError credential_missing when it is no service account, provider_auth_failed when Google refuses it,
   * provider_unreachable when Google cannot be asked.
   */
  tokenFor(serviceAccount: string): Promise<string>;
}

/** Sends a form and reads JSON; rejects when there is no answer. */
export type FetchJson = (url: string, form: string) => Promise<{ status: number; json: unknown }>;

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const DEFAULT_TOKEN_URI = "https://oauth2.googleapis.com/token";
const LIFETIME_SECONDS = 3600;
/** A token that is used until its last second may be refused on arrival. */
const REFRESH_EARLY_US = 5 * 60 * 1_000_000;

interface Token {
  value: string;
  expiresAtUs: number;
}

interface Account {
  email: string;
  privateKey: string;
  keyId: string | null;
  tokenUri: string;
}

export function createGoogleTokens(world: { clock: Clock; fetchJson: FetchJson }): GoogleTokens {
  const { clock, fetchJson } = world;
  // By hash, so that no private key outlives its request here.
  const tokens = new Map<string, Token>();
  const pending = new Map<string, Promise<Token>>();

  const refresh = (key: string, serviceAccount: string): Promise<Token> => {
    const running = pending.get(key);
    if (running) return running;
    const started = requestToken(readAccount(serviceAccount), clock, fetchJson)
      .then((token) => {
        for (const [old, { expiresAtUs }] of tokens) if (expiresAtUs <= clock.nowUs()) tokens.delete(old);
        tokens.set(key, token);
        return token;
      })
      .finally(() => pending.delete(key));
    pending.set(key, started);
    return started;
  };

  return {
    async tokenFor(serviceAccount) {
      const key = createHash("sha256").update(serviceAccount).digest("base64");
      const known = tokens.get(key);
      if (known && clock.nowUs() < known.expiresAtUs - REFRESH_EARLY_US) return known.value;
      try {
        return (await refresh(key, serviceAccount)).value;
      } catch (error) {
        // What was not renewed in time is still good until it expires.
        if (known && clock.nowUs() < known.expiresAtUs) return known.value;
        throw error;
      }
    },
  };
}

/** @throws GatewayError credential_missing; its text never holds a part of the file. */
function readAccount(serviceAccount: string): Account {
  let json: unknown = null;
  try {
    json = JSON.parse(serviceAccount);
  } catch {
    // Said below.
  }
  const account = asObject(json);
  const email = asText(account?.["client_email"]);
  const privateKey = asText(account?.["private_key"]);
  if (email === null || privateKey === null) throw unusable("it has no client_email or no private_key");
  return {
    email,
    privateKey,
    keyId: asText(account?.["private_key_id"]),
    tokenUri: asText(account?.["token_uri"]) ?? DEFAULT_TOKEN_URI,
  };
}

async function requestToken(account: Account, clock: Clock, fetchJson: FetchJson): Promise<Token> {
  const nowUs = clock.nowUs();
  const assertion = signStatement(account, Math.floor(nowUs / 1_000_000));
  const form = new URLSearchParams({ grant_type: GRANT_TYPE, assertion }).toString();
  const reply = await fetchJson(account.tokenUri, form).catch((error: unknown) => {
    throw unreachable(error);
  });
  const json = asObject(reply.json);
  const value = asText(json?.["access_token"]);
  if (reply.status === 200 && value !== null) {
    const lifetime = json?.["expires_in"];
    const seconds = typeof lifetime === "number" && lifetime > 0 ? lifetime : LIFETIME_SECONDS;
    return { value, expiresAtUs: nowUs + seconds * 1_000_000 };
  }
  const reason = asText(json?.["error_description"]) ?? asText(json?.["error"]) ?? "no reason";
  const cause = `Google's token service answered ${reply.status}: ${reason}`;
  if (reply.status === 429 || reply.status >= 500) throw unreachable(cause);
  throw new GatewayError(
    "provider_auth_failed",
    "Google refused the gateway's service account. The operator has to check the credential of this provider; your own key is fine.",
    { cause },
  );
}

function signStatement(account: Account, nowSeconds: number): string {
  const header = { alg: "RS256", typ: "JWT", ...(account.keyId === null ? {} : { kid: account.keyId }) };
  const claims = {
    iss: account.email,
    scope: SCOPE,
    aud: account.tokenUri,
    iat: nowSeconds,
    exp: nowSeconds + LIFETIME_SECONDS,
  };
  const statement = `${base64Url(header)}.${base64Url(claims)}`;
  try {
    return `${statement}.${sign("sha256", Buffer.from(statement), account.privateKey).toString("base64url")}`;
  } catch {
    // The reason is not kept: it may quote the key.
    throw unusable("its private_key cannot be read");
  }
}

const base64Url = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url");

const unusable = (why: string): GatewayError =>
  new GatewayError(
    "credential_missing",
    `The credential of this provider is no Google service account: ${why}. The operator has to store the whole JSON file.`,
  );

const unreachable = (cause: unknown): GatewayError =>
  new GatewayError("provider_unreachable", "Google's token service gave no token. Try again.", { cause });
