import { afterEach, describe, expect, it } from "vitest";
import { createApiKeys } from "../../../src-gateway/auth/api-keys.ts";
import { chooseTeam } from "../../../src-gateway/auth/choose-team.ts";
import { createKeyHasher } from "../../../src-gateway/auth/key-hasher.ts";
import { createKeyRing } from "../../../src-gateway/auth/key-ring.ts";
import { createProjects } from "../../../src-gateway/auth/projects.ts";
import { checkScopes, mayAskFor, requireModel, requireSurface } from "../../../src-gateway/auth/scopes.ts";
import { createTeams } from "../../../src-gateway/auth/teams.ts";
import type { KeyRing, Principal } from "../../../src-gateway/auth/types.ts";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import type { ErrorCode } from "../../../src-gateway/ir/errors.ts";
import type { Clock } from "../../../src-gateway/lib/clock.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { describeOnBothDatabases, type TestDatabase } from "../../suites/store.suite.ts";

const refusal = (code: ErrorCode, message = /./) =>
  expect.objectContaining({ name: "GatewayError", code, message: expect.stringMatching(message) });
const thrown = (work: () => unknown): unknown => {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
};

describe("scopes", () => {
  it("are taken in every form there is, once each", () => {
    const scopes = [
      "chat",
      "surface:audio-*",
      "model:gpt-*",
      "provider:a",
      "priority:3",
      "team:Data",
      "admin:users:read",
    ];
    expect(checkScopes([...scopes, " chat ", "", "admin:none", "admin:*"])).toEqual([
      ...scopes,
      "admin:none",
      "admin:*",
    ]);
  });

  it("of no form are refused with the list of forms", () => {
    for (const wrong of [
      "chats",
      "model:",
      "surface:nothing",
      "priority:10",
      "admin:kings:read",
      "admin:users:eat",
      "x:y",
    ])
      expect(thrown(() => checkScopes([wrong]))).toEqual(refusal("invalid_request", /model:PATTERN.*admin:NOUN:VERB/));
    expect(thrown(() => checkScopes(Array.from({ length: 51 }, (_, n) => `model:${n}`)))).toEqual(
      refusal("invalid_request"),
    );
  });

  it("bind surfaces and models, and only those of their kind", () => {
    expect(thrown(() => requireSurface(["team:x", "priority:1"], "images"))).toBeNull();
    expect(thrown(() => requireSurface(["messages"], "messages-count-tokens"))).toBeNull();
    expect(thrown(() => requireSurface(["messages"], "chat"))).toEqual(refusal("forbidden", /chat.*messages/));
    expect(thrown(() => requireSurface(["model:x"], "chat"))).toBeNull();
    expect(thrown(() => requireSurface(["admin:users:read"], "chat"))).toEqual(refusal("forbidden", /admin API only/));
    expect(thrown(() => requireSurface(["admin:users:read", "chat"], "chat"))).toBeNull();
    expect(thrown(() => requireSurface(["admin:none"], "chat"))).toBeNull();
    for (const model of ["gpt-5", "GPT-5", "openai/gpt-5"])
      expect(thrown(() => requireModel(["model:gpt-*"], model))).toBeNull();
    for (const model of ["claude", "gpt", null])
      expect(thrown(() => requireModel(["model:gpt-*"], model))).toEqual(refusal("forbidden", /gpt-\*/));
    expect(thrown(() => requireModel(["chat"], null))).toBeNull();
    expect(["gpt-5", "claude"].map((model) => mayAskFor(["model:gpt-*"], model))).toEqual([true, false]);
  });
});

describe("the team of a request", () => {
  const one = { id: 1, name: "One" };
  const two = { id: 2, name: "Two" };
  const principal = (more: Partial<Principal>): Principal => ({
    userId: 1,
    email: "a@example.com",
    role: "gateway_user",
    apiKeyId: 1,
    keyName: "k",
    scopes: [],
    teamId: null,
    teamName: null,
    teams: [],
    ...more,
  });
  const teamFor = (more: Partial<Principal>, header?: string) => chooseTeam(principal(more), header).teamName;

  it("is the key's, the only one of the user, or the one that is named", () => {
    expect(teamFor({})).toBeNull();
    expect(teamFor({}, "anything")).toBeNull();
    expect(teamFor({ teamId: 1, teamName: "One", teams: [one] })).toBe("One");
    expect(teamFor({ teams: [one, two] })).toBe("One");
    expect(teamFor({ teams: [one, two] }, "2")).toBe("Two");
    expect(teamFor({ teams: [one, two] }, "two")).toBe("Two");
  });

  it("is never one that the user is not in, or that the key is not for", () => {
    expect(thrown(() => teamFor({ teams: [one, two] }, "Three"))).toEqual(refusal("forbidden", /One, Two/));
    expect(thrown(() => teamFor({ teamId: 1, teamName: "One", teams: [one, two] }, "2"))).toEqual(refusal("forbidden"));
  });
});

const hasher = createKeyHasher("s".repeat(32));
const rings: KeyRing[] = [];
afterEach(() => {
  for (const ring of rings.splice(0)) ring.stop();
});

async function open(database: TestDatabase) {
  const store = await database.open();
  let aheadUs = 0;
  const clock: Clock = { ...systemClock, nowUs: () => systemClock.nowUs() + aheadUs };
  const ring = createKeyRing(store, hasher, { clock, log: silentLogger, pollMs: 3_600_000 });
  rings.push(ring);
  return {
    store,
    ring,
    users: createUsers(store, clock),
    keys: createApiKeys(store, hasher, clock),
    teams: createTeams(store, clock),
    projects: createProjects(store, clock),
    wait: (ms: number) => {
      aheadUs += ms * 1000;
    },
  };
}

describeOnBothDatabases("terms of keys", (database) => {
  it("are kept, changed and taken away", async () => {
    const { users, keys, teams, projects } = await open(database);
    const { id: userId } = await users.create({ email: "ada@example.com" });
    const team = await teams.create("Data");
    const project = await projects.create({ name: "search" });
    const limits = { requestsPerMinute: 5, budget: { unit: "usd", limit: 1_000, per: "month" } } as const;
    const { key } = await keys.create({ userId, name: "ci", limits, addresses: ["10.0.0.0/8", "::1"] });
    expect(key).toMatchObject({ limits, addresses: ["10.0.0.0/8", "::1"], teamId: null, isService: false });
    await expect(keys.update(key.id, { teamId: team.id })).rejects.toEqual(refusal("invalid_request", /no member/));
    await teams.setMember(team.id, userId, "member");
    const change = { name: "cd", teamId: team.id, projectId: project.id, limits: null, addresses: [] };
    expect(await keys.update(key.id, change)).toMatchObject({ ...change, addresses: null });
    await teams.removeMember(team.id, userId);
    expect(await keys.find(key.id)).toMatchObject({ teamId: null });
    await keys.revoke(key.id, "lost");
    await expect(keys.update(key.id, { name: "x" })).rejects.toEqual(refusal("conflict"));
  });

  it("that make no sense are refused", async () => {
    const { users, keys } = await open(database);
    const { id: userId } = await users.create({ email: "ada@example.com" });
    const wrong = [
      { scopes: ["chats"] },
      { limits: { requestsPerMinute: -1 } },
      { limits: { budget: { unit: "usd" as const, limit: 0.5, per: "day" as const } } },
      { addresses: ["10.0.0.0/33"] },
      { addresses: ["example.com"] },
    ];
    for (const terms of wrong)
      await expect(keys.create({ userId, name: "x", ...terms })).rejects.toEqual(refusal("invalid_request"));
    await expect(keys.create({ userId, name: "x", projectId: 99 })).rejects.toEqual(refusal("not_found"));
    expect(await keys.list()).toEqual([]);
  });

  it("let a rotated key's tokens overlap for the time that was said", async () => {
    const { users, keys, ring, wait } = await open(database);
    const { id: userId } = await users.create({ email: "ada@example.com" });
    const first = await keys.create({ userId, name: "ci" });
    const second = await keys.rotate(first.key.id, 60_000);
    expect(second.key).toMatchObject({ id: first.key.id, name: "ci", previousUntilUs: expect.any(Number) });
    const third = await keys.rotate(first.key.id, 120_000);
    await ring.reload();
    for (const { token } of [first, second, third]) expect(ring.authenticate(token)).toMatchObject({ userId });
    wait(61_000);
    expect(thrown(() => ring.authenticate(first.token))).toEqual(refusal("invalid_api_key", /rotated/));
    expect(ring.authenticate(second.token)).toMatchObject({ apiKeyId: first.key.id });
    const fourth = await keys.rotate(first.key.id, 0);
    await ring.reload();
    expect(thrown(() => ring.authenticate(third.token))).toEqual(refusal("invalid_api_key"));
    expect(fourth.key.previousUntilUs).toBeNull();
    await keys.revoke(first.key.id, "laptop lost");
    await ring.reload();
    expect(thrown(() => ring.authenticate(fourth.token))).toEqual(
      refusal("invalid_api_key", /revoked on .*laptop lost/),
    );
    await expect(keys.rotate(first.key.id, 0)).rejects.toEqual(refusal("conflict"));
  });

  it("bind a key to addresses", async () => {
    const { users, keys, ring } = await open(database);
    const { id: userId } = await users.create({ email: "ada@example.com" });
    const { token } = await keys.create({ userId, name: "ci", addresses: ["10.0.0.0/8"] });
    await ring.reload();
    expect(ring.authenticate(token, "10.2.3.4")).toMatchObject({ userId });
    for (const address of ["11.0.0.1", "::1", null])
      expect(thrown(() => ring.authenticate(token, address))).toEqual(refusal("forbidden", /address/));
  });

  it("make a key the team's own, which stays when people leave and goes with the team", async () => {
    const { users, keys, teams, ring } = await open(database);
    const team = await teams.create("Data");
    const { key, token } = await keys.create({ name: "ci", teamId: team.id });
    expect(key).toMatchObject({ isService: true, teamId: team.id });
    const two = await keys.create({ name: "cd", teamId: team.id });
    expect(two.key.userId).toBe(key.userId);
    expect(await users.list()).toEqual([]);
    await ring.reload();
    expect(ring.authenticate(token)).toMatchObject({ teamId: team.id, teamName: "Data", role: "gateway_user" });
    await teams.rename(team.id, "Facts");
    await ring.reload();
    expect(ring.authenticate(token)).toMatchObject({ teamName: "Facts" });
    await teams.remove(team.id);
    await ring.reload();
    expect(thrown(() => ring.authenticate(token))).toEqual(refusal("invalid_api_key", /team was deleted/));
    await expect(keys.create({ name: "x", teamId: team.id })).rejects.toEqual(refusal("not_found"));
    await expect(keys.create({ name: "x" })).rejects.toEqual(refusal("invalid_request"));
  });

  it("take rights from keys that are for requests only, and team and project from the user", async () => {
    const { users, keys, teams, projects, ring } = await open(database);
    const { id: userId } = await users.create({ email: "ada@example.com", role: "root_admin" });
    const team = await teams.create("Data");
    await teams.setMember(team.id, userId, "team_admin");
    const project = await projects.create({ name: "search", teamId: team.id });
    const tokens = await Promise.all(
      [[], ["chat"], ["chat", "admin:users:read"], ["team:Other"]].map((scopes) =>
        keys.create({ userId, name: "x", scopes, projectId: project.id }),
      ),
    );
    await ring.reload();
    const known = tokens.map(({ token }) => ring.authenticate(token));
    expect(known.map(({ role }) => role)).toEqual(["root_admin", "gateway_user", "root_admin", "root_admin"]);
    expect(known.map(({ teamName, project: name }) => [teamName, name])).toEqual([
      ["Data", "search"],
      ["Data", "search"],
      ["Data", "search"],
      ["Other", "search"],
    ]);
    expect(new Set(known.map(({ hashedId }) => hashedId)).size).toBe(1);
  });

  it("are followed by when a key was last used, written aside and without a change of the key", async () => {
    const { store, users, keys, ring } = await open(database);
    const { id: userId } = await users.create({ email: "ada@example.com" });
    const { key, token } = await keys.create({ userId, name: "ci" });
    await ring.reload();
    const before = await store.db.selectFrom("api_keys").select("updated_at").executeTakeFirstOrThrow();
    ring.authenticate(token);
    expect((await keys.find(key.id))?.lastUsedAtUs).toBeNull();
    await ring.flushUses();
    expect((await keys.find(key.id))?.lastUsedAtUs).toBeGreaterThanOrEqual(key.createdAtUs);
    expect(await store.db.selectFrom("api_keys").select("updated_at").executeTakeFirstOrThrow()).toEqual(before);
  });

  it("are told apart by state, team and words", async () => {
    const { users, keys, wait } = await open(database);
    const { id: userId } = await users.create({ email: "ada@example.com" });
    const [one, two, three] = [
      await keys.create({ userId, name: "one" }),
      await keys.create({ userId, name: "two of them", ttlMs: 1_000 }),
      await keys.create({ userId, name: "three" }),
    ];
    await keys.revoke(three.key.id);
    wait(2_000);
    const ids = async (filter: Parameters<typeof keys.list>[0]) => (await keys.list(filter)).map(({ id }) => id);
    expect(await ids({ state: "active" })).toEqual([one.key.id]);
    expect(await ids({ state: "expired" })).toEqual([two.key.id]);
    expect(await ids({ state: "revoked" })).toEqual([three.key.id]);
    // With a space, which no token has: the beginnings of tokens are looked through, too.
    expect(await ids({ q: "TWO OF" })).toEqual([two.key.id]);
    expect(await ids({ q: one.key.prefix })).toEqual([one.key.id]);
    expect(await ids({ afterId: one.key.id, limit: 1 })).toEqual([two.key.id]);
  });
});
