/**
 * Who may do what: the one table of rights. Every endpoint names a right or is public; docs/rights.md is made from this.
 * A right is a noun and a verb: `read` looks, `write` makes, changes or removes, `run` has the gateway do something.
 */
import type { Role } from "./types.ts";

/** Of everybody's things, of those of the teams that one leads, of one's own, of none. */
export type Reach = "all" | "team" | "own" | "none";

/** `team_admin` is no role but a membership: it holds for a `gateway_user` within the teams that they lead. */
export const RIGHT_HOLDERS = ["root_admin", "gateway_admin", "team_admin", "gateway_user"] as const;
export type RightHolder = (typeof RIGHT_HOLDERS)[number];

export interface RightRow {
  reach: Record<RightHolder, Reach>;
  /** What it lets somebody do. */
  what: string;
}

const row = (what: string, ...[root, admin, team, user]: [Reach, Reach, Reach, Reach]): RightRow => ({
  what,
  reach: { root_admin: root, gateway_admin: admin, team_admin: team, gateway_user: user },
});

export const RIGHTS = {
  // Of root_admin, gateway_admin, team_admin, gateway_user.
  "status:read": row("see how the gateway is, and what can be asked for", "all", "all", "own", "own"),
  "gateway:run": row("have the gateway look at itself, and stop or go on", "all", "all", "none", "none"),
  "users:read": row("see users", "all", "all", "none", "none"),
  "users:write": row("add, change, suspend and remove users", "all", "all", "none", "none"),
  "keys:read": row("see client keys, never their secrets", "all", "all", "none", "none"),
  "keys:write": row("make, change, rotate and revoke client keys", "all", "all", "none", "none"),
  "teams:read": row("see teams, projects and who is in them", "all", "all", "team", "own"),
  "teams:write": row("make, change and remove teams and projects", "all", "all", "none", "none"),
  "members:write": row("say who is in a team or project", "all", "all", "team", "none"),
  "sessions:read": row("see who is signed in where", "all", "all", "own", "own"),
  "sessions:write": row("sign in anew, sign out and end sessions", "all", "all", "own", "own"),
  "signin:run": row("hand out what signs a browser in", "all", "all", "none", "none"),
  "exchanges:read": row("see recorded requests, what was asked and answered", "all", "all", "own", "own"),
  "exchanges:run": row("send recorded requests anew, remove kept bodies", "all", "all", "none", "none"),
  "playground:run": row("ask models by hand in the console, without a client key", "all", "all", "none", "none"),
  "usage:read": row("see what was used and what it cost", "all", "all", "own", "own"),
  "reports:read": row("see reports over everybody's use", "all", "all", "none", "none"),
  "prices:read": row("see prices", "all", "all", "own", "own"),
  "providers:read": row("see providers and how they are, never their keys", "all", "all", "none", "none"),
  "providers:run": row("reach providers, forget why they are left alone", "all", "all", "none", "none"),
  "routes:run": row("ask where a request would go", "all", "all", "none", "none"),
  "config:read": row("see settings, configuration and its history", "all", "all", "none", "none"),
  "config:run": row("have the configuration read anew", "all", "all", "none", "none"),
  "config:write": row("change the configuration and its flags, roll back", "all", "none", "none", "none"),
  "runaways:read": row("see agents that run in circles", "all", "all", "own", "own"),
  "runaways:run": row("let an agent that was paused go on", "all", "all", "own", "own"),
  "budgets:read": row("see how budgets stand and who waits", "all", "all", "none", "none"),
  "budgets:write": row("grant and refuse, change budgets", "all", "all", "none", "none"),
  "ledger:read": row("see evidence, statements and work on the ledger", "all", "all", "none", "none"),
  "ledger:run": row("check, price anew, reconcile and import the ledger", "all", "all", "none", "none"),
  "audit:read": row("see and export what administrators did", "all", "all", "none", "none"),
  "hooks:read": row("see hooks and what they were told", "all", "all", "none", "none"),
  "hooks:run": row("try hooks, send once more what did not arrive", "all", "all", "none", "none"),
  "hooks:write": row("say which programs and addresses are told", "all", "none", "none", "none"),
  "notices:read": row("see announcements and what is new", "all", "all", "own", "own"),
  "notices:write": row("put announcements away", "all", "all", "none", "none"),
  "metrics:read": row("see the gateway's own counts and logs", "all", "all", "none", "none"),
  "transfer:run": row("write all of the gateway into a file, keys too, and take one in", "all", "none", "none", "none"),
  "agents:write": row("set agents up for the gateway, and undo it", "all", "all", "none", "none"),
} as const satisfies Record<string, RightRow>;

export type Right = keyof typeof RIGHTS;

/** How far a role reaches. */
export const reachOf = (right: Right, role: Role): Reach => RIGHTS[right].reach[role];

/** Whether a role has it at all. */
export const mayReach = (role: Role, right: Right): boolean => reachOf(right, role) !== "none";

/** Whether those who lead a team have it within that team, whatever their role. */
export const mayLead = (right: Right): boolean => RIGHTS[right].reach.team_admin !== "none";

/** A scope of a key that narrows what it may do here: `admin:users:read`, `admin:users:*`, `admin:users`, `admin:*`. */
const ADMIN_SCOPE = /^admin:(?:\*|none|[a-z]+(?::(?:\*|[a-z]+))?)$/;
export const isAdminScope = (scope: string): boolean => ADMIN_SCOPE.test(scope) && namesARight(scope);

/** A scope that fits no right would take every right away without a word. */
const namesARight = (scope: string): boolean =>
  scope === "admin:none" || Object.keys(RIGHTS).some((right) => covers(scope, right as Right));

function covers(scope: string, right: Right): boolean {
  const [, noun, verb = "*"] = scope.split(":");
  const [ofNoun, ofVerb] = right.split(":");
  return noun === "*" || (noun === ofNoun && (verb === "*" || verb === ofVerb));
}

/** Whether a key may use a right that its user has. Without a scope that begins with `admin:`, all of them. */
export function keyAllows(scopes: readonly string[], right: Right): boolean {
  const own = scopes.filter((scope) => scope.startsWith("admin:"));
  return own.length === 0 || own.some((scope) => covers(scope, right));
}
