/** Puts a provider's credential on a request, in whatever form the provider wants: a header, a token, or a signature. */
import { request as send } from "undici";
import { GatewayError } from "../ir/errors.ts";
import type { ProviderWire } from "../ir/protocol.ts";
import type { Clock } from "../lib/clock.ts";
import type { ProviderInstance } from "../providers/types.ts";
import { signAwsRequest } from "./credentials/aws-sigv4.ts";
import { createGoogleTokens } from "./credentials/google-oauth.ts";
import { providerHeaders } from "./provider-headers.ts";
import type { WaysOut } from "./ways-out.ts";

interface Unsigned {
  url: string;
  headers: Record<string, string>;
  body: Buffer[];
}

export interface Authorizer {
  /** @throws GatewayError credential_missing when the secret is not in the form that the provider needs. */
  authorize(
    instance: ProviderInstance,
    wire: ProviderWire,
    secret: string | null,
    request: Unsigned,
  ): Unsigned | Promise<Unsigned>;
}

const TOKEN_TIMEOUT_MS = 15_000;

export function createAuthorizer(clock: Clock, ways?: Pick<WaysOut, "to">): Authorizer {
  const googleTokens = createGoogleTokens({ clock, fetchJson: (url, form) => fetchJson(url, form, ways) });
  return {
    authorize(instance, wire, secret, request) {
      const scheme = instance.auth[wire];
      if (secret !== null && scheme === "aws") return signForAws(instance, secret, request, clock);
      if (secret !== null && scheme === "google" && secret.trimStart().startsWith("{")) {
        return googleTokens
          .tokenFor(secret)
          .then((token) => withHeaders(request, { authorization: `Bearer ${token}` }));
      }
      return withHeaders(request, providerHeaders(instance, wire, secret));
    },
  };
}

function withHeaders({ url, headers, body }: Unsigned, more: Record<string, string>): Unsigned {
  const all = { ...headers };
  for (const name in more) all[name] = more[name] as string;
  return { url, headers: all, body };
}

/** `ACCESS_KEY:SECRET_KEY`, with `:SESSION_TOKEN` behind it where there is one; anything else is a bearer key of the service. */
function signForAws(instance: ProviderInstance, secret: string, request: Unsigned, clock: Clock): Unsigned {
  const [accessKeyId, secretAccessKey, ...session] = secret.trim().split(":");
  if (!accessKeyId || !secretAccessKey) {
    return withHeaders(request, { authorization: `Bearer ${secret.trim()}` });
  }
  const region = /\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(new URL(request.url).hostname)?.[1] ?? instance.region;
  if (!region) {
    throw new GatewayError(
      "credential_missing",
      `The region of the provider "${instance.id}" is not known, so its requests cannot be signed. Set options.region in gateway.yaml.`,
    );
  }
  const sessionToken = session.join(":");
  const headers = signAwsRequest({
    method: "POST",
    url: request.url,
    headers: request.headers,
    body: request.body,
    region,
    service: "bedrock",
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) },
    now: new Date(clock.nowUs() / 1000),
  });
  return { ...request, headers };
}

/** The one call of an OAuth exchange. */
async function fetchJson(
  url: string,
  form: string,
  ways: Pick<WaysOut, "to"> | undefined,
): Promise<{ status: number; json: unknown }> {
  const reply = await send(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: form,
    signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    ...(ways ? { dispatcher: ways.to(new URL(url)) } : {}),
  });
  return { status: reply.statusCode, json: await reply.body.json() };
}
