/** What belongs to somebody else is not there: every endpoint that shows users what is theirs, asked for another's. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_PREFIX } from "../../../src-gateway/admin-api/contract/api-prefix.ts";
import { ENDPOINTS, type Endpoint } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { BYTE_ENDPOINTS } from "../../../src-gateway/admin-api/contract/log-endpoints.ts";
import { RIGHTS } from "../../../src-gateway/auth/rights.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { newUser, rootClient, signIn } from "./admin-client.ts";

const MARK = "bobs-own-7431";

let gateway: TestGateway;
let annKey: string;
let bobKey: string;
let bobCookie: string;
let bobId: number;
/** Whatever of Bob's can stand in a path. */
let bobsIds: string[];

beforeAll(async () => {
  gateway = await startTestGateway({ env: { TOKLIGENCE_LOG_BODIES: "full" } });
  const ann = await newUser(gateway, "ann@example.com", "gateway_user");
  const bob = await newUser(gateway, `${MARK}@example.com`, "gateway_user");
  [annKey, bobKey, bobId] = [ann.token, bob.token, bob.user.id];
  const reply = await gateway.post(
    `/p/${MARK}/v1/chat/completions`,
    { model: "loopback", messages: [{ role: "user", content: `say ${MARK}` }], metadata: { session_id: MARK } },
    { authorization: `Bearer ${bobKey}` },
  );
  if (reply.status !== 200) throw new Error(`the model answered ${reply.status}`);
  const record = await gateway.recordOf(reply);
  const root = rootClient(gateway);
  const admin = await newUser(gateway, "admin@example.com", "gateway_admin");
  bobCookie = await signIn(gateway, admin.token);
  const sessions = await fetch(`${gateway.url}${API_PREFIX}/auth/sessions`, { headers: { cookie: bobCookie } });
  const sessionIds = ((await sessions.json()) as { id: number }[]).map(({ id }) => String(id));
  const team = await root.call("createTeam", { body: { name: MARK } });
  bobsIds = [String(bobId), String(bob.key.id), String(record.id), record.requestId, String(team.id), ...sessionIds];
});
afterAll(() => gateway.stop());

type Route = Pick<Endpoint, "method" | "path" | "access">;
const own = [...Object.entries<Endpoint>(ENDPOINTS), ...Object.entries(BYTE_ENDPOINTS)]
  .map(([name, endpoint]): [string, Route] => [name, { method: "GET", ...endpoint }])
  .filter(([, { access }]) => access !== "public" && RIGHTS[access].reach.gateway_user !== "none");

const ask = ({ method }: Route, path: string, token: string): Promise<Response> =>
  fetch(gateway.url + API_PREFIX + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(method === "GET" ? {} : { "content-type": "application/json" }) },
    ...(method === "GET" ? {} : { body: "{}" }),
  });

const queries = (name: string): string[] => {
  if (name === "export") return ["?format=csv", "?format=jsonl"];
  if (name === "usageBreakdown")
    return ["user", "project", "session", "key"].map((by) => `?groupBy=${by}&userId=${bobId}`);
  if (name === "usageSeries")
    return ["user", "project"].map((by) => `?startsUs=0&toUs=9000000000000000&groupBy=${by}&userId=${bobId}`);
  return ["", `?userId=${bobId}`, `?q=${MARK}`];
};

describe.each(own)("%s", (name, route) => {
  it("shows and changes nothing of another user", async () => {
    const ids = route.path.includes("{") ? bobsIds : [""];
    const paths = ids.flatMap((id) => queries(name).map((query) => route.path.replace(/\{\w+\}/g, id) + query));
    for (const path of paths) {
      const reply = await ask(route, path, annKey);
      const text = await reply.text();
      expect({ path, status: reply.status, shows: text.includes(MARK) }).toMatchObject({ path, shows: false });
      expect(reply.status).toBeLessThan(500);
      const found = route.path.includes("{") && reply.status < 300;
      expect({ path, found }).toEqual({ path, found: false });
    }
  });
});

describe("the same data", () => {
  it("is there for its owner and for administrators, so that these tests look for something", async () => {
    const list = { method: "GET", path: "", access: "exchanges:read" } as const;
    for (const token of [bobKey, gateway.key])
      expect(await (await ask(list, "/exchanges", token)).text()).toContain(MARK);
    const cookie = await fetch(`${gateway.url}${API_PREFIX}/auth/me`, { headers: { cookie: bobCookie } });
    expect(cookie.status).toBe(200);
    const sum = await (await ask(list, `/usage/summary?userId=${bobId}`, annKey)).json();
    expect(sum).toMatchObject({ requests: 0 });
  });
});
