/** A real OIDC provider on this machine, with people who sign in there, and a browser that goes from site to site. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export interface OidcServer {
  issuer: string;
  /** Claims by the name that somebody signs in with. */
  people: Map<string, Record<string, unknown>>;
  /** To be called once it is known where the gateway is. */
  serve(gatewayUrl: string, options?: { codeSeconds?: number }): void;
  stop(): Promise<void>;
}

export const OIDC_CLIENT = { id: "gateway", secret: "planted-client-secret-of-the-gateway" };

export async function startOidcServer(providerIds: string[]): Promise<OidcServer> {
  let answer: http.RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = http.createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Another name than the gateway's: cookies and sites are told apart as in the world.
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Record<string, unknown>>();
  return {
    issuer,
    people,
    serve(gatewayUrl, { codeSeconds = 60 } = {}) {
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: OIDC_CLIENT.id,
            client_secret: OIDC_CLIENT.secret,
            redirect_uris: providerIds.map((id) => `${gatewayUrl}/api/v1/auth/oidc/${id}/callback`),
            post_logout_redirect_uris: [`${gatewayUrl}/console/`],
          },
        ],
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
        ttl: {
          AuthorizationCode: codeSeconds,
          Interaction: 600,
          Session: 600,
          Grant: 600,
          AccessToken: 600,
          IdToken: 600,
        },
        cookies: { keys: ["for tests only"] },
        pkce: { required: () => true },
        findAccount: (_context, id) => ({
          accountId: id,
          claims: async () => ({ sub: id, ...people.get(id) }),
        }),
      });
      const callback = provider.callback();
      answer = (request, response) => void callback(request, response);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Browser {
  /** Follows redirections as long as they lead to one of the origins that are named; the answer is the last one. */
  go(
    url: string,
    within: string[],
    form?: Record<string, string>,
  ): Promise<{ url: string; reply: Response; text: string }>;
  cookies(url: string): string;
  take(url: string, reply: Response): void;
}

export function createBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (url: string): Map<string, string> => {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  const cookies = (url: string): string => [...jarOf(url)].map(([name, value]) => `${name}=${value}`).join("; ");
  const take = (url: string, reply: Response): void => {
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === "" || /max-age=0/i.test(cookie)) jarOf(url).delete(name);
      else jarOf(url).set(name, value);
    }
  };
  return {
    cookies,
    take,
    async go(url, within, form) {
      let method: { method: string; body?: URLSearchParams } = form
        ? { method: "POST", body: new URLSearchParams(form) }
        : { method: "GET" };
      for (let at = url; ; ) {
        const reply = await fetch(at, { ...method, redirect: "manual", headers: { cookie: cookies(at) } });
        take(at, reply);
        const location = reply.headers.get("location");
        const next = location === null ? null : new URL(location, at).href;
        if (next === null || !within.includes(new URL(next).origin))
          return { url: next ?? at, reply, text: await reply.text() };
        await reply.arrayBuffer();
        at = next;
        method = { method: "GET" };
      }
    },
  };
}

/** Signs somebody in at the provider, up to where it sends the browser back to the gateway. */
export async function signInAt(browser: Browser, issuer: string, url: string, person: string): Promise<string> {
  let page = await browser.go(url, [issuer]);
  for (let pages = 0; pages < 5; pages++) {
    const action = /action="([^"]+)"/.exec(page.text)?.[1];
    if (!page.url.startsWith(issuer) || action === undefined) return page.url;
    const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1] ?? "";
    page = await browser.go(new URL(action, issuer).href, [issuer], { prompt, login: person, password: "any" });
  }
  throw new Error("the provider does not end");
}
