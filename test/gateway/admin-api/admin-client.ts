/** The contract's client over real sockets, as somebody. */
import { type AdminClient, createAdminClient, type Transport } from "../../../src-gateway/admin-api/contract/client.ts";
import { ENDPOINTS } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { TestGateway } from "../../support/gateway.ts";

export const transportOver =
  (url: string, headers: Record<string, string>): Transport =>
  async ({ method, path, body, headers: more }) => {
    const reply = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers, ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return {
      status: reply.status,
      json: text === "" ? null : JSON.parse(text),
      requestId: reply.headers.get("x-request-id"),
      etag: reply.headers.get("etag"),
    };
  };

export const clientAs = ({ url }: { url: string }, key: string): AdminClient =>
  createAdminClient(transportOver(url, { authorization: `Bearer ${key}` }), ENDPOINTS);

export const rootClient = (gateway: TestGateway): AdminClient => clientAs(gateway, gateway.key);

/** A new user and a key of theirs. */
export async function newUser(gateway: TestGateway, email: string, role: "gateway_user" | "gateway_admin") {
  const root = rootClient(gateway);
  const user = await root.call("createUser", { body: { email, role } });
  const { key, token } = await root.call("createUserKey", { params: { id: user.id }, body: { name: "test" } });
  return { user, key, token };
}

export async function ask(gateway: { url: string }, token: string, model = "loopback"): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
  });
}

/** Signs in with a code, as a browser does; the answer is the cookie to send from then on. */
export async function signIn(gateway: TestGateway, token: string = gateway.key): Promise<string> {
  const { code } = await clientAs(gateway, token).call("createCode");
  const reply = await login(gateway.url, { code });
  if (reply.status !== 200) throw new Error(`sign-in failed: ${await reply.text()}`);
  return cookieIn(reply);
}

export const login = (url: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

export const cookieIn = (reply: Response): string => (reply.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
