import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BodyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";
import { clientAs, newUser, rootClient } from "../admin-api/admin-client.ts";

let gateway: TestGateway;
let provider: RawProvider;
beforeAll(async () => {
  provider = await startRawProvider();
  const instance = { id: "p", kind: "openai-compatible", base_url: `${provider.url}/v1`, models: ["m", "cheap"] };
  gateway = await startTestGateway({
    config: {
      providers: [instance],
      prices: [{ provider: "p", model: "m", input: "1", output: "10" }],
    },
  });
});
afterAll(() => Promise.all([gateway.stop(), provider.stop()]));
beforeEach(() => {
  provider.requests.length = 0;
  provider.respond = json({
    id: "x",
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1_000, completion_tokens: 10 },
  });
});

let emails = 0;
async function keyWith(
  terms: Omit<BodyOf<"createUserKey">, "name">,
  role: "gateway_user" | "gateway_admin" = "gateway_user",
) {
  const { user } = await newUser(gateway, `person${++emails}@example.com`, role);
  const made = await rootClient(gateway).call("createUserKey", {
    params: { id: user.id },
    body: { name: "key", ...terms },
  });
  return { user, ...made };
}

const chat = (token: string, model = "m", headers: Record<string, string> = {}): Promise<Response> =>
  gateway.post(
    "/v1/chat/completions",
    { model, max_tokens: 10, messages: [{ role: "user", content: "x".repeat(2_000) }] },
    { authorization: `Bearer ${token}`, ...headers },
  );
const messageOf = async (reply: Response): Promise<string> =>
  ((await reply.json()) as { error: { message: string } }).error.message;
const finished = async (reply: Response): Promise<void> => {
  await reply.arrayBuffer();
  await gateway.recordOf(reply);
};

describe("a key's scopes", () => {
  it("say which surfaces it is for", async () => {
    const { token } = await keyWith({ scopes: ["embeddings", "images"] });
    const refused = await chat(token);
    expect(refused.status).toBe(403);
    expect(await messageOf(refused)).toMatch(/not be used for chat.*embeddings/);
    expect(provider.requests).toEqual([]);
    const authorization = `Bearer ${token}`;
    const images = await gateway.post("/v1/images/generations", { model: "m", prompt: "a cat" }, { authorization });
    expect(images.status).toBe(200);
    expect(await gateway.recordOf(refused)).toMatchObject({ outcome: "refused", errorCode: "forbidden" });
  });

  it("say which models it may ask for, on the straight path too", async () => {
    const { token } = await keyWith({ scopes: ["model:che*"] });
    const listed = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await listed.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(["cheap"]);
    expect((await chat(token, "cheap")).status).toBe(200);
    expect((await chat(token, "p/cheap")).status).toBe(200);
    expect((await chat(token, "m")).status).toBe(403);
    const authorization = `Bearer ${token}`;
    const images = { model: "m", prompt: "a cat" };
    expect((await gateway.post("/v1/images/generations", images, { authorization })).status).toBe(403);
    expect(provider.requests.map(({ body }) => JSON.parse(body.toString()).model)).toEqual(["cheap", "cheap"]);
  });

  it("say what it may do on the admin API, whatever its user may", async () => {
    const { token } = await keyWith({ scopes: ["admin:users:read"] }, "gateway_admin");
    const scoped = clientAs(gateway, token);
    expect((await scoped.call("listUsers")).length).toBeGreaterThan(0);
    await expect(scoped.call("createUser", { body: { email: "no@example.com" } })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("admin:users:write"),
    });
    await expect(scoped.call("listKeys")).rejects.toMatchObject({ status: 403 });
    expect((await chat(token)).status).toBe(403);
    const requests = clientAs(gateway, (await keyWith({ scopes: ["chat"] }, "gateway_admin")).token);
    await expect(requests.call("listUsers")).rejects.toMatchObject({ status: 403 });
  });

  it("cannot be widened by the key itself", async () => {
    const { user, token } = await keyWith({ scopes: ["admin:keys", "admin:users"] }, "gateway_admin");
    const scoped = clientAs(gateway, token);
    const { user: plain } = await newUser(gateway, `plain${++emails}@example.com`, "gateway_user");
    const attempts = [
      () => scoped.call("createUserKey", { params: { id: user.id }, body: { name: "all" } }),
      () => scoped.call("createUser", { body: { email: "boss@example.com", role: "gateway_admin" } }),
      () => scoped.call("updateUser", { params: { id: plain.id }, body: { role: "gateway_admin" } }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ status: 403 });
    const report = await scoped.call("importUsers", { body: { csv: "boss@example.com,gateway_admin" } });
    expect(report).toMatchObject({ applied: false, problems: [{ line: 1 }] });
    await scoped.call("createUserKey", { params: { id: plain.id }, body: { name: "fine" } });
  });
});

describe("a rotated key", () => {
  it("has two tokens until the overlap is over, and counts as one", async () => {
    const root = rootClient(gateway);
    const { key, token } = await keyWith({});
    const rotated = await root.call("rotateKey", { params: { id: key.id }, body: { overlapMs: 3_600_000 } });
    const replies = [await chat(token), await chat(rotated.token)];
    for (const reply of replies) {
      expect(reply.status).toBe(200);
      await finished(reply);
    }
    expect(await root.call("usageSummary", { query: { apiKeyId: key.id } })).toMatchObject({ requests: 2 });
    await root.call("rotateKey", { params: { id: key.id }, body: { overlapMs: 0 } });
    expect((await chat(token)).status).toBe(401);
    expect((await chat(rotated.token)).status).toBe(401);
    expect(JSON.stringify(await root.call("listActs", { query: { limit: 50 } }))).not.toContain(rotated.token);
  });
});

describe("a key's own limits", () => {
  it("hold for its requests a minute, and for no other key", async () => {
    const { token } = await keyWith({ limits: { requestsPerMinute: 2 } });
    const other = await keyWith({});
    expect([(await chat(token)).status, (await chat(token)).status]).toEqual([200, 200]);
    const third = await chat(token);
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).not.toBeNull();
    expect(third.headers.get("x-ratelimit-limit")).toBe("2");
    expect((await chat(other.token)).status).toBe(200);
  });

  it("hold for what it has in flight", async () => {
    const { token } = await keyWith({ limits: { concurrent: 1 } });
    let release = (): void => {};
    const answer = provider.respond;
    provider.respond = (request, response) => {
      release = () => answer(request, response);
    };
    const first = chat(token);
    await until(async () => provider.requests.length === 1, 5);
    expect((await chat(token)).status).toBe(429);
    release();
    expect((await first).status).toBe(200);
  });

  it("hold for its budget, also when it is rotated, and end when they are taken away", async () => {
    const root = rootClient(gateway);
    // Each request costs $0.0011.
    const { key, token } = await keyWith({ limits: { budget: { unit: "usd", limit: 1_500_000, per: "month" } } });
    await finished(await chat(token));
    const rotated = await root.call("rotateKey", { params: { id: key.id }, body: { overlapMs: 60_000 } });
    const refused = await chat(rotated.token);
    expect(refused.status).toBe(402);
    expect(await messageOf(refused)).toMatch(/own limit/);
    expect((await root.call("listBudgets")).budgets).toContainEqual(
      expect.objectContaining({ budget: "own limit", scope: "key", value: "key", spent: 1_100_000 }),
    );
    await root.call("updateKey", { params: { id: key.id }, body: { limits: null } });
    expect((await chat(token)).status).toBe(200);
  });

  it("hold for many requests at the same moment", async () => {
    const { token } = await keyWith({ limits: { budget: { unit: "requests", limit: 5, per: "day" } } });
    const replies = await Promise.all(Array.from({ length: 20 }, () => chat(token)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(replies.filter(({ status }) => status === 402)).toHaveLength(15);
  });
});

describe("keys, teams and projects", () => {
  it("put a project on requests that name none, and refuse a team that the user is not in", async () => {
    const root = rootClient(gateway);
    const team = await root.call("createTeam", { body: { name: "Research" } });
    const other = await root.call("createTeam", { body: { name: "Sales" } });
    const project = await root.call("createProject", { body: { name: "atlas", teamId: team.id } });
    const { user, token } = await keyWith({ projectId: project.id });
    await root.call("setTeamMember", { params: { id: team.id, user: user.email }, body: { role: "member" } });
    const reply = await chat(token);
    expect(await gateway.recordOf(reply)).toMatchObject({ project: "atlas" });
    expect((await chat(token, "m", { "x-team-id": "research" })).status).toBe(200);
    expect((await chat(token, "m", { "x-team-id": String(other.id) })).status).toBe(403);
  });

  it("let those who lead a team say who is in it, and see no other", async () => {
    const root = rootClient(gateway);
    const team = await root.call("createTeam", { body: { name: "Led" } });
    const hidden = await root.call("createTeam", { body: { name: "Hidden" } });
    const { user, token } = await keyWith({});
    const { user: guest, token: guestToken } = await keyWith({});
    await root.call("setTeamMember", { params: { id: team.id, user: user.id }, body: { role: "team_admin" } });
    const lead = clientAs(gateway, token);
    expect((await lead.call("listTeams")).items.map(({ name }) => name)).toEqual(["Led"]);
    await lead.call("setTeamMember", { params: { id: team.id, user: guest.email }, body: { role: "member" } });
    expect(await lead.call("listTeamMembers", { params: { id: team.id } })).toHaveLength(2);
    await expect(lead.call("getTeam", { params: { id: hidden.id } })).rejects.toMatchObject({ status: 404 });
    await expect(lead.call("deleteTeam", { params: { id: team.id } })).rejects.toMatchObject({ status: 403 });
    const member = clientAs(gateway, guestToken);
    await expect(member.call("removeTeamMember", { params: { id: team.id, user: user.id } })).rejects.toMatchObject({
      status: 403,
    });
  });

  it("give teams keys of their own", async () => {
    const root = rootClient(gateway);
    const team = await root.call("createTeam", { body: { name: "Robots" } });
    const made = await root.call("createTeamKey", { params: { id: team.id }, body: { name: "ci" } });
    expect((await chat(made.token)).status).toBe(200);
    expect(await root.call("listTeamKeys", { params: { id: team.id } })).toMatchObject([{ isService: true }]);
    await root.call("deleteTeam", { params: { id: team.id } });
    const refused = await chat(made.token);
    expect(refused.status).toBe(401);
    expect(await messageOf(refused)).toMatch(/revoked on .*its team was deleted/);
  });
});

describe("a file of a thousand users", () => {
  const bad = new Map([
    [17, "no-address,gateway_user,A"],
    [101, "a101@example.org,king,A"],
    [102, ",gateway_user,Nobody"],
    [250, 'a250@example.org,gateway_user,"open'],
    [333, "bulk1@example.org,gateway_user,Again"],
    [500, "a500@example.org,gateway_user,A,B,C,D,E,F"],
    [640, "two words@example.org,gateway_user,A"],
    [777, "a777@example.org,,A,no such team"],
    [998, "@example.org,gateway_user,A"],
    [1001, "a1001@,gateway_user,A"],
  ]);
  const file = [
    "email,role,display_name,team",
    ...Array.from(
      { length: 1_000 },
      (_, n) => bad.get(n + 2) ?? `bulk${n}@example.org,gateway_user,"Person ${n}, of us"`,
    ),
  ].join("\r\n");

  it("with ten bad lines names exactly those, and adds nobody", async () => {
    const root = rootClient(gateway);
    for (const dryRun of [true, false]) {
      const report = await root.call("importUsers", { body: { csv: `\ufeff${file}`, dryRun } });
      expect(report).toMatchObject({ lines: 1_000, applied: false, created: [] });
      expect(report.problems.map(({ line }) => line)).toEqual([...bad.keys()]);
    }
    expect(await root.call("listUsers", { query: { q: "@example.org" } })).toEqual([]);
  });

  it("adds the other 990 where that is wanted, which can be read page by page", async () => {
    const root = rootClient(gateway);
    const report = await root.call("importUsers", { body: { csv: file, skipInvalid: true } });
    expect(report.problems.map(({ line }) => line)).toEqual([...bad.keys()]);
    expect(report.created).toHaveLength(990);
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await root.call("pageUsers", { query: { q: "@example.org", limit: 300, cursor } });
      found.push(...page.items.map(({ email }) => email));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(new Set(found).size).toBe(990);
    const acts = await root.call("listActs", { query: { action: "user.import", limit: 10 } });
    expect(acts.items).toHaveLength(1);
  });
});

describe("administrators who turn on each other", () => {
  it("twenty at once leave an active root administrator", async () => {
    const root = rootClient(gateway);
    const me = await root.call("whoAmI");
    const others = await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        root.call("createUser", { body: { email: `root${n}@example.net`, role: "root_admin" } }),
      ),
    );
    const tokens = await Promise.all(
      others.map(async ({ id }) => (await root.call("createUserKey", { params: { id }, body: { name: "r" } })).token),
    );
    const all = [me, ...others];
    const clients = [gateway.key, ...tokens].map((token) => clientAs(gateway, token));
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => {
        const params = { id: all[(n + 1 + Math.floor(n / 5)) % 5]?.id ?? -1 };
        const client = clients[n % 5] ?? root;
        return n % 2 === 0
          ? client.call("updateUser", { params, body: { role: "gateway_user" } })
          : client.call("deleteUser", { params });
      }),
    );
    const codes = results.flatMap((each) =>
      each.status === "rejected" ? [(each.reason as { status: number }).status] : [],
    );
    expect(codes.filter((status) => status >= 500)).toEqual([]);
    const stillIn = await Promise.all(
      clients.map((client) =>
        client.call("listUsers", { query: { role: "root_admin", status: "active" } }).catch(() => []),
      ),
    );
    expect(Math.max(...stillIn.map((list) => list.length))).toBeGreaterThan(0);
  });
});
