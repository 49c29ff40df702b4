import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { SignedInUser } from "../../api/session.ts";

export type User = ReplyOf<"getUser">;
export type Team = ReplyOf<"getTeam">;
export type Project = ReplyOf<"getProject">;
export type ImportReport = ReplyOf<"importUsers">;

export const ROLES = ["root_admin", "gateway_admin", "gateway_user"] as const;
export const STATUSES = ["active", "suspended"] as const;
export const VIEWS = ["users", "teams", "projects"] as const;

/** The roles that somebody may give, and may act on; the gateway holds everybody to the same. */
export const rolesBelow = (role: SignedInUser["role"]): (typeof ROLES)[number][] =>
  role === "root_admin" ? [...ROLES] : ["gateway_admin", "gateway_user"];

export const MOST_ROWS = 10_000;
