/** Who may act on whom. */
import type { Role } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { Caller } from "../caller.ts";
import type { AdminDeps } from "../deps.ts";

/** Its rights were narrowed when it was made. */
export const isNarrowed = (caller: Caller | null): boolean =>
  caller?.scopes.some((scope) => scope.startsWith("admin:")) ?? false;

/** The roles that a caller may give to others, and may act on. */
export function rolesBelow(caller: Caller | null): Role[] {
  if (isNarrowed(caller)) return ["gateway_user"];
  return caller?.role === "root_admin"
    ? ["root_admin", "gateway_admin", "gateway_user"]
    : ["gateway_admin", "gateway_user"];
}

/**
 * Else every administrator could make themselves a root administrator, and a key with a few rights could make one with all.
 * @throws GatewayError forbidden
 */
export function requireRank(caller: Caller | null, role: Role): void {
  if (rolesBelow(caller).includes(role)) return;
  throw new GatewayError(
    "forbidden",
    isNarrowed(caller)
      ? "A key whose rights are narrowed by scopes may not make or change administrators, or hold keys for them."
      : "Only a root administrator may make, change or hold keys for a root administrator.",
  );
}

/** @throws GatewayError forbidden */
export async function requireRankOver(deps: AdminDeps, caller: Caller | null, userId: number): Promise<void> {
  const user = await deps.users.find(userId);
  if (user) requireRank(caller, user.role);
}

/** Who does it, for guards against taking one's own access away; null for the operator at the machine. */
export const actorIdOf = (caller: Caller | null): number | null =>
  caller === null || caller.isLocal ? null : caller.userId;

/** @throws GatewayError invalid_request */
export function numberOf(text: string | undefined): number {
  const id = Number(text);
  if (text !== undefined && text.trim() !== "" && Number.isSafeInteger(id) && id >= 0) return id;
  throw new GatewayError("invalid_request", `"${String(text).slice(0, 50)}" is no id.`, { param: "id" });
}
