import { describe, expect, it } from "vitest";
import type { Principal } from "../../../src-gateway/auth/types.ts";
import { type Telling, tellIdentity } from "../../../src-gateway/exchange/tell-identity.ts";
import type { IdentityRule } from "../../../src-gateway/settings/types.ts";

const principal: Principal = {
  userId: 7,
  email: "zoë@example.com",
  role: "gateway_user",
  apiKeyId: 1,
  keyName: "k",
  scopes: [],
  teamName: "Data",
  hashedId: "abc123",
};
const telling: Telling = { principal, project: null, provider: "openai", model: "gpt-5" };
const request = (body: string): { url: string; headers: Record<string, string>; body: Buffer[] } => ({
  url: "u",
  headers: { a: "b" },
  body: [Buffer.from(body)],
});
const told = (body: string, rules: Omit<IdentityRule, "where">[], about: Partial<Telling> = {}) => {
  const { headers, body: parts } = tellIdentity(
    request(body),
    rules.map((rule) => ({ ...rule, where: "x" })),
    { ...telling, ...about },
  );
  return { headers, body: Buffer.concat(parts).toString() };
};

describe("what a provider is told of who asks", () => {
  it("is nothing without a rule, and the very same request", () => {
    const same = request("{ }");
    expect(tellIdentity(same, [], telling)).toBe(same);
    const { body } = tellIdentity(same, [{ send: "email", header: "x-user", where: "x" }], telling);
    expect(body).toBe(same.body);
  });

  it("goes into headers and members, and leaves every other byte as it is", () => {
    const body = '{ "model":"m",  "n":1.0, "metadata":{"a":1.50,"user_id":"mine"},"user" : "me" }';
    const answer = told(body, [
      { send: "email", header: "x-user-email" },
      { send: "id", field: "user" },
      { send: "hashed-id", field: "metadata.user_id" },
      { send: "team", field: "metadata.team" },
    ]);
    expect(answer.headers).toEqual({ a: "b", "x-user-email": "zo%C3%AB@example.com" });
    expect(answer.body).toContain('"n":1.0');
    expect(answer.body).toContain('"a":1.50');
    expect(JSON.parse(answer.body)).toEqual({
      model: "m",
      n: 1,
      metadata: { a: 1.5, user_id: "abc123", team: "Data" },
      user: "7",
    });
    expect(JSON.parse(told("{}", [{ send: "id", field: "metadata.user_id" }]).body)).toEqual({
      metadata: { user_id: "7" },
    });
  });

  it("depends on provider and model, and on there being something to tell", () => {
    const rule = { send: "id", header: "x-user", providers: ["open*"], models: ["gpt-*"] } as const;
    const rules = [{ ...rule, providers: [...rule.providers], models: [...rule.models] }];
    const has = (about: Partial<Telling>) => told("{}", rules, about).headers["x-user"] !== undefined;
    expect(has({})).toBe(true);
    expect(has({ provider: "anthropic" })).toBe(false);
    expect(has({ model: "claude" })).toBe(false);
    expect(has({ model: null })).toBe(false);
    expect(told("{}", [{ send: "project", header: "x-project" }]).headers).toEqual({ a: "b" });
    const { hashedId: _hashedId, ...nobody } = principal;
    expect(has({ principal: nobody })).toBe(false);
  });
});
