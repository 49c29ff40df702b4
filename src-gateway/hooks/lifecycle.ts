/** What administrators do to users and keys, as the events that identity systems wait for. */
import type { RecordedAct } from "../audit/types.ts";
import { createEvent } from "./create-event.ts";
import type { EventAbout, GatewayEvent } from "./types.ts";

type Fields = Readonly<Record<string, unknown>>;

const USER_EVENTS = {
  create: "gateway.user.provisioned",
  provision: "gateway.user.provisioned",
  invite: "gateway.user.provisioned",
  delete: "gateway.user.deleted",
  remove: "gateway.user.deleted",
} as const;

/** None for acts on anything else. An import is as many events as it brought users. */
export function lifecycleEvents(act: RecordedAct): GatewayEvent[] {
  const [noun, verb = ""] = act.action.split(".");
  if (noun === "user") return verb === "import" ? imported(act) : userEvent(act, verb);
  if (noun === "api_key" || noun === "key") return keyEvents(act, verb);
  return [];
}

function userEvent(act: RecordedAct, verb: string): GatewayEvent[] {
  const before = fieldsOf(act.before);
  const after = fieldsOf(act.after);
  const user = after ?? before;
  if (user === null) return [];
  const type =
    verb in USER_EVENTS
      ? USER_EVENTS[verb as keyof typeof USER_EVENTS]
      : before === null
        ? USER_EVENTS.create
        : after === null
          ? USER_EVENTS.delete
          : "gateway.user.updated";
  const metadata = { ...userMetadata(user), status: type === USER_EVENTS.delete ? "deleted" : text(user, "status") };
  const about = aboutOf(act, text(user, "id") || (act.target.id ?? ""), user);
  const atMs = act.atUs / 1000;
  if (type !== "gateway.user.updated") return [createEvent(type, metadata, about, atMs)];
  const changed = before === null || after === null ? [] : changedNames(before, after);
  return [createEvent(type, { ...metadata, changed }, about, atMs)];
}

function imported(act: RecordedAct): GatewayEvent[] {
  const after = Array.isArray(act.after) ? act.after : listIn(fieldsOf(act.after), ["users", "created", "imported"]);
  return after.flatMap((item) => {
    const user = fieldsOf(item);
    if (user === null) return [];
    return [createEvent(USER_EVENTS.create, userMetadata(user), aboutOf(act, text(user, "id"), user), act.atUs / 1000)];
  });
}

function keyEvents(act: RecordedAct, verb: string): GatewayEvent[] {
  const before = keyIn(act.before);
  const after = keyIn(act.after);
  const issued = (key: Fields): GatewayEvent => keyEvent("gateway.api_key.issued", key, act);
  const revoked = (key: Fields): GatewayEvent => keyEvent("gateway.api_key.revoked", key, act);
  if (verb === "create" || verb === "issue") return after === null ? [] : [issued(after)];
  if (verb === "revoke" || verb === "delete") {
    const key = after ?? before;
    return key === null ? [] : [revoked(key)];
  }
  // The key stays, with a secret of its own from now on; the old one ends by itself.
  if (verb === "rotate") return after === null ? [] : [issued(after)];
  return [];
}

function keyEvent(
  type: "gateway.api_key.issued" | "gateway.api_key.revoked",
  key: Fields,
  act: RecordedAct,
): GatewayEvent {
  const scopes = key["scopes"];
  const expiresAtUs = key["expiresAtUs"];
  const metadata = {
    key_id: text(key, "id") || (act.target.id ?? ""),
    name: text(key, "name"),
    prefix: text(key, "prefix"),
    scopes: Array.isArray(scopes) ? scopes.map(String) : [],
    expires_at: typeof expiresAtUs === "number" ? new Date(expiresAtUs / 1000).toISOString() : null,
    email: text(key, "userEmail", "email") || null,
  };
  return createEvent(type, metadata, aboutOf(act, text(key, "userId"), key), act.atUs / 1000);
}

export const userMetadata = (user: Fields) => ({
  email: text(user, "email"),
  role: text(user, "role"),
  display_name: text(user, "displayName", "display_name"),
  status: text(user, "status") || "active",
});

const aboutOf = ({ actor }: RecordedAct, userId: string, fields: Fields): EventAbout => ({
  userId: userId === "" ? null : userId,
  actorId: actor.userId,
  tenantId: text(fields, "organisationId", "organizationId", "tenantId") || null,
});

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;

/** The key itself, or what holds it. */
function keyIn(value: unknown): Fields | null {
  const fields = fieldsOf(value);
  return fieldsOf(fields?.["key"]) ?? fields;
}

function listIn(fields: Fields | null, names: readonly string[]): unknown[] {
  for (const name of names) {
    const found = fields?.[name];
    if (Array.isArray(found)) return found;
  }
  return [];
}

/** Of the first of these names that holds something. */
function text(fields: Fields, ...names: string[]): string {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "string" || typeof value === "number") return String(value);
  }
  return "";
}

const changedNames = (before: Fields, after: Fields): string[] =>
  Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
