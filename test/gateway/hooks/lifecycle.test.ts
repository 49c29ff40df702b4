import { describe, expect, it } from "vitest";
import type { RecordedAct } from "../../../src-gateway/audit/types.ts";
import { EVENT_CATALOGUE, type EventType } from "../../../src-gateway/hooks/event-catalogue.ts";
import { lifecycleEvents } from "../../../src-gateway/hooks/lifecycle.ts";

const act = (action: string, before: unknown, after: unknown): RecordedAct => ({
  id: 1,
  atUs: 1_800_000_000_000_000,
  action,
  target: { kind: "user", id: "7", name: "ada@example.com" },
  before,
  after,
  actor: { userId: 1, email: "root@example.com", apiKeyId: null, via: "session" },
  address: null,
  requestId: null,
});
const ada = {
  id: 7,
  uuid: "u",
  email: "ada@example.com",
  displayName: "Ada",
  role: "gateway_user",
  status: "active",
  createdAtUs: 5,
};
const key = {
  id: 3,
  userId: 7,
  name: "laptop",
  prefix: "tok_abcdefgh",
  scopes: ["a"],
  expiresAtUs: 1_800_000_000_000_000,
  revokedAtUs: null,
};

describe("an act", () => {
  it.each([
    ["user.create", null, ada, "gateway.user.provisioned", { status: "active", display_name: "Ada" }],
    [
      "user.update",
      ada,
      { ...ada, role: "gateway_admin" },
      "gateway.user.updated",
      { changed: ["role"], role: "gateway_admin" },
    ],
    [
      "user.update",
      ada,
      { ...ada, status: "suspended" },
      "gateway.user.updated",
      { changed: ["status"], status: "suspended" },
    ],
    ["user.delete", ada, null, "gateway.user.deleted", { status: "deleted", email: "ada@example.com" }],
    [
      "user.erase",
      { id: 7, role: "gateway_user", status: "active" },
      null,
      "gateway.user.deleted",
      { email: "", status: "deleted" },
    ],
    [
      "api_key.create",
      null,
      key,
      "gateway.api_key.issued",
      { key_id: "3", prefix: "tok_abcdefgh", scopes: ["a"], expires_at: "2027-01-15T08:00:00.000Z" },
    ],
    ["api_key.rotate", key, { ...key, prefix: "tok_new" }, "gateway.api_key.issued", { prefix: "tok_new" }],
    ["api_key.revoke", key, { ...key, revokedAtUs: 9 }, "gateway.api_key.revoked", { key_id: "3" }],
  ])("%s is told as it is described", (action, before, after, type, metadata) => {
    const events = lifecycleEvents(act(action, before, after));
    expect(events).toMatchObject([
      { type, occurred_at: "2027-01-15T08:00:00.000Z", tenant_id: "default", user_id: "7", actor_id: "1", metadata },
    ]);
    const [event] = events;
    expect(EVENT_CATALOGUE[type as EventType].safeParse(event?.metadata)).toMatchObject({ data: event?.metadata });
  });

  it("that brought many users is told once for each", () => {
    const created = Array.from({ length: 3 }, (_, n) => ({
      id: n + 10,
      email: `${n}@x.example`,
      role: "gateway_user",
    }));
    const events = lifecycleEvents(act("user.import", null, { lines: 4, created }));
    expect(events.map(({ type, user_id }) => [type, user_id])).toEqual(
      ["10", "11", "12"].map((id) => ["gateway.user.provisioned", id]),
    );
    for (const { metadata } of events)
      expect(EVENT_CATALOGUE["gateway.user.provisioned"].safeParse(metadata).success).toBe(true);
  });

  it.each([
    ["team.create", null, { id: 1 }],
    ["api_key.update", key, { ...key, name: "other" }],
    ["hook.test", null, {}],
    ["user.create", null, null],
    ["user.import", null, { created: "nonsense" }],
    ["api_key.create", null, "nonsense"],
  ])("%s is nothing that identities change by", (action, before, after) =>
    expect(lifecycleEvents(act(action, before, after))).toEqual([]));
});
