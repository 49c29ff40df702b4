/** Every route with every role, with scoped keys and with none, beside the table of rights. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_PREFIX } from "../../../src-gateway/admin-api/contract/api-prefix.ts";
import { ENDPOINTS, type Endpoint, LIVE_EXCHANGES } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { BYTE_ENDPOINTS } from "../../../src-gateway/admin-api/contract/log-endpoints.ts";
import { PLAYGROUND } from "../../../src-gateway/admin-api/contract/playground-endpoint.ts";
import { RIGHTS, type Right } from "../../../src-gateway/auth/rights.ts";
import type { Role } from "../../../src-gateway/auth/types.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { clientAs, newUser, rootClient } from "./admin-client.ts";

let gateway: TestGateway;
const keys = {} as Record<Role, string>;
let suspendedKey: string;
/** Of a root administrator. */
let scoped: (scopes: string[]) => Promise<string>;

beforeAll(async () => {
  gateway = await startTestGateway();
  keys.root_admin = gateway.key;
  keys.gateway_admin = (await newUser(gateway, "admin@example.com", "gateway_admin")).token;
  keys.gateway_user = (await newUser(gateway, "user@example.com", "gateway_user")).token;
  const root = rootClient(gateway);
  const { id } = await root.call("whoAmI");
  const made = new Map<string, string>();
  scoped = async (scopes) => {
    const name = scopes.join(" ");
    const known = made.get(name);
    if (known !== undefined) return known;
    const { token } = await root.call("createUserKey", { params: { id }, body: { name, scopes } });
    made.set(name, token);
    return token;
  };
  const gone = await newUser(gateway, "gone@example.com", "gateway_admin");
  suspendedKey = gone.token;
  await root.call("updateUser", { params: { id: gone.user.id }, body: { status: "suspended" } });
});
afterAll(() => gateway.stop());

type Route = Pick<Endpoint, "method" | "path" | "access">;
const routes: [string, Route][] = [
  ...Object.entries<Endpoint>(ENDPOINTS),
  ["liveExchanges", { method: "GET", ...LIVE_EXCHANGES }],
  ["playground", { method: "POST", ...PLAYGROUND }],
  ...Object.entries(BYTE_ENDPOINTS).map(([name, { path, access }]): [string, Route] => [
    `bytes: ${name}`,
    { method: "GET", path, access },
  ]),
];
const guarded = routes.filter(([, { access }]) => access !== "public");

/**
 * The id is one that nothing has and the body fits no endpoint, so that whoever passes the door changes nothing.
 * @returns `passed` for whatever happened behind the door.
 */
async function knock(
  { method, path }: Pick<Route, "method" | "path">,
  token: string | null,
): Promise<number | "passed"> {
  const stop = new AbortController();
  const reply = await fetch(gateway.url + API_PREFIX + path.replace(/\{\w+\}/g, "999999"), {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(method === "GET" ? {} : { "content-type": "application/json" }),
    },
    ...(method === "GET" ? {} : { body: '{"unknown-field":1}' }),
    signal: stop.signal,
  });
  const { status } = reply;
  if (status === 200) {
    stop.abort();
    return "passed";
  }
  const text = await reply.text();
  const isAtTheDoor = status === 401 || /\(the right |has not the scope |suspended/.test(text);
  return isAtTheDoor || status >= 500 ? status : "passed";
}
describe.each(guarded)("%s", (name, route) => {
  it("names a right of the table", () => {
    const todo = `give ${name} an access that is a right of src-gateway/auth/rights.ts, or add a row there for it`;
    expect({ todo, isRight: Object.hasOwn(RIGHTS, route.access) }).toEqual({ todo, isRight: true });
  });

  it("lets in the roles that the table says, and no other", async () => {
    const row = RIGHTS[route.access as Right];
    for (const role of ["root_admin", "gateway_admin", "gateway_user"] as const) {
      const status = await knock(route, keys[role]);
      const wanted = row.reach[role] === "none" ? 403 : "passed";
      const said = `${route.method} ${route.path} gave ${role} ${status}; ${route.access} reaches ${row.reach[role]} for it`;
      expect({ said, asTheTable: status === wanted }).toEqual({ said, asTheTable: true });
    }
    expect(await knock(route, null)).toBe(401);
    expect(await knock(route, "tok_nobody")).toBe(401);
    expect(await knock(route, suspendedKey)).toBe(403);
  });

  it("lets in keys whose scopes name the right, and no other scoped ones", async () => {
    const [noun = "", verb = ""] = route.access.split(":");
    for (const scopes of [[`admin:${noun}:${verb}`], [`admin:${noun}:*`], [`admin:${noun}`], ["admin:*"]])
      expect(await knock(route, await scoped(scopes))).toBe("passed");
    const other = noun === "prices" ? "admin:audit:read" : "admin:prices:read";
    for (const scopes of [[other], ["admin:none"]]) expect(await knock(route, await scoped(scopes))).toBe(403);
  });
});

describe("who leads a team", () => {
  it("may say who is in it, and in no other one", async () => {
    const root = rootClient(gateway);
    const { user, token } = await newUser(gateway, "lead@example.com", "gateway_user");
    const own = await root.call("createTeam", { body: { name: "own" } });
    const other = await root.call("createTeam", { body: { name: "other" } });
    await root.call("setTeamMember", { params: { id: own.id, user: user.id }, body: { role: "team_admin" } });
    const member = await newUser(gateway, "member@example.com", "gateway_user");
    const lead = clientAs(gateway, token);
    const add = (id: number) =>
      lead.call("setTeamMember", { params: { id, user: member.user.id }, body: { role: "member" } });
    await expect(add(own.id)).resolves.toMatchObject({ role: "member" });
    await expect(add(other.id)).rejects.toMatchObject({ status: 404 });
    await expect(lead.call("createTeam", { body: { name: "third" } })).rejects.toMatchObject({ status: 403 });
    // Members of a team that they do not lead are told at the door.
    expect(await knock(ENDPOINTS.setTeamMember, member.token)).toBe(403);
  });
});

describe("what belongs to no noun", () => {
  const asked = async (path: string, token: string | null): Promise<number> =>
    (
      await fetch(gateway.url + path, {
        redirect: "manual",
        headers: token ? { authorization: `Bearer ${token}` } : {},
      })
    ).status;

  it("is open where nothing is told: the console's files, health without providers, sign-in", async () => {
    for (const path of ["/livez", "/readyz", "/health"]) expect(await asked(path, null)).toBe(200);
    expect([200, 404]).toContain(await asked("/console/", null));
  });

  it("wants a key where providers or models are named", async () => {
    for (const path of ["/health?deep=1", "/v1/models", "/v1/capabilities"]) {
      expect(await asked(path, null)).toBe(401);
      expect(await asked(path, keys.gateway_user)).toBe(200);
    }
  });
});
