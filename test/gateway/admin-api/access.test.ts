import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_PREFIX } from "../../../src-gateway/admin-api/contract/api-prefix.ts";
import { ENDPOINTS, type Endpoint, LIVE_EXCHANGES } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { PLAYGROUND } from "../../../src-gateway/admin-api/contract/playground-endpoint.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { clientAs, newUser, rootClient, signIn } from "./admin-client.ts";

let gateway: TestGateway;
let userKey: string;
let adminKey: string;
let suspendedKey: string;
let adminCookie: string;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { TOKLIGENCE_ALLOWED_ORIGINS: "https://allowed.example" } });
  userKey = (await newUser(gateway, "user@example.com", "gateway_user")).token;
  adminKey = (await newUser(gateway, "admin@example.com", "gateway_admin")).token;
  const gone = await newUser(gateway, "gone@example.com", "gateway_admin");
  suspendedKey = gone.token;
  await rootClient(gateway).call("updateUser", { params: { id: gone.user.id }, body: { status: "suspended" } });
  adminCookie = await signIn(gateway, adminKey);
});
afterAll(() => gateway.stop());

const endpoints: [string, Pick<Endpoint, "method" | "path" | "access">][] = [
  ...Object.entries<Endpoint>(ENDPOINTS),
  ["liveExchanges", { method: "GET", ...LIVE_EXCHANGES }],
];
/** Its bodies and its errors are those of clients. */
const playground: (typeof endpoints)[number] = ["playground", { method: "POST", ...PLAYGROUND }];
const changing = endpoints.filter(([, { method }]) => method !== "GET");
const guarded = [...endpoints.filter(([, { access }]) => access !== "public"), playground];

/** The id is one that nothing has, and the body fits no endpoint: what passes the check of the caller changes nothing. */
async function call(
  { method, path }: Pick<Endpoint, "method" | "path">,
  headers: Record<string, string>,
  body = '{"unknown-field":1}',
): Promise<{ status: number; code: string | null; requestId: string | null }> {
  const stop = new AbortController();
  const reply = await fetch(gateway.url + API_PREFIX + path.replace(/\{\w+\}/g, "999999"), {
    method,
    headers: method === "GET" ? headers : { "content-type": "application/json", ...headers },
    signal: stop.signal,
    ...(method === "GET" ? {} : { body }),
  });
  const { status } = reply;
  const requestId = reply.headers.get("x-request-id");
  if (reply.headers.get("content-type")?.startsWith("text/event-stream")) {
    stop.abort();
    return { status, code: null, requestId };
  }
  const json = (await reply.json()) as { error?: { code: string; message: string; type: string } };
  const { error } = json;
  if (error && (!error.message || !error.type)) throw new Error(`a refusal without reason: ${JSON.stringify(error)}`);
  return { status, code: json.error?.code ?? null, requestId };
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe.each(guarded)("%s", (_name, endpoint) => {
  it("refuses strangers, and names each refusal", async () => {
    const { requestId, ...refusal } = await call(endpoint, {});
    expect(refusal).toEqual({ status: 401, code: "missing_api_key" });
    expect(requestId).toMatch(/^req_/);
  });

  it("refuses an unknown key, a stale cookie and a suspended user", async () => {
    expect(await call(endpoint, bearer("tok_unknown"))).toMatchObject({ status: 401, code: "invalid_api_key" });
    expect(await call(endpoint, { cookie: "tokligence_session=stale" })).toMatchObject({ status: 401 });
    expect(await call(endpoint, bearer(suspendedKey))).toMatchObject({ status: 403, code: "user_suspended" });
  });

  it("takes a session as it takes a key", async () => {
    const { status } = await call(endpoint, { cookie: adminCookie, origin: gateway.url });
    expect(status).toBe((await call(endpoint, bearer(adminKey))).status);
  });
});

describe.each(changing)("%s", (_name, endpoint) => {
  it("wants JSON, so that no form of another page can reach it", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      expect(await call(endpoint, { ...bearer(gateway.key), "content-type": type })).toMatchObject({
        status: 415,
        code: "unsupported_media_type",
      });
    }
  });

  it("refuses a field that it does not know", async () => {
    expect(await call(endpoint, { ...bearer(gateway.key) })).toMatchObject({ status: 400, code: "invalid_request" });
  });

  it("refuses what is no JSON object", async () => {
    for (const body of ["[1]", '{"a":', "\ufeff{}x"]) {
      expect((await call(endpoint, bearer(gateway.key), body)).status).toBe(400);
    }
  });
});

describe.each([
  ...changing.filter(([, { access }]) => access !== "public"),
  playground,
])("%s with a cookie", (_name, endpoint) => {
  it("wants the origin of the console's own page", async () => {
    for (const origin of [
      undefined,
      "null",
      "https://evil.example",
      "https://allowed.example",
      gateway.url.replace("http://", "http://x."),
    ]) {
      const refusal = await call(endpoint, { cookie: adminCookie, ...(origin === undefined ? {} : { origin }) });
      expect(refusal).toMatchObject({ status: 403, code: "forbidden_origin" });
    }
  });
});

describe("a path of the admin API", () => {
  it("that does not exist is 404, and a known one with another method 405 that names the right ones", async () => {
    const headers = bearer(gateway.key);
    expect((await fetch(`${gateway.url}/api/v1/nothing`, { headers })).status).toBe(404);
    const wrong = await fetch(`${gateway.url}/api/v1/admin/users`, {
      method: "DELETE",
      headers: { ...headers, "content-type": "application/json" },
      body: "{}",
    });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("GET, POST");
    expect((await fetch(`${gateway.url}/api/v1/exchanges/%E0%A4%A`, { headers })).status).toBe(400);
  });

  it("takes no body beyond a mebibyte", async () => {
    const reply = await fetch(`${gateway.url}/api/v1/admin/users`, {
      method: "POST",
      headers: { ...bearer(gateway.key), "content-type": "application/json" },
      body: JSON.stringify({ email: "x".repeat(1024 * 1024) }),
    });
    expect(reply.status).toBe(413);
  });

  it("is not cached, and sends no header that names its makings", async () => {
    const { headers } = await fetch(`${gateway.url}/api/v1/status`, { headers: bearer(gateway.key) });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-powered-by")).toBeNull();
  });
});

describe("a user who is no administrator", () => {
  it("does not learn where files lie", async () => {
    expect(await clientAs(gateway, userKey).call("getStatus")).toMatchObject({
      dataDir: "",
      notices: [],
      configProblem: null,
    });
    expect((await rootClient(gateway).call("getStatus")).dataDir).toBe(gateway.dataDir);
  });
});
