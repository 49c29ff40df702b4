import type { Principal } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { Parts } from "./parts.ts";

/** Somebody without a key: who is signed in at the console. @throws GatewayError user_suspended, not_found */
export async function principalOfUser(
  { users, teams }: Pick<Parts, "users" | "teams">,
  id: number,
): Promise<Principal> {
  const user = await users.find(id);
  if (!user) throw new GatewayError("not_found", "The user who asks for this is gone.");
  if (user.status !== "active") throw new GatewayError("user_suspended", "The user who asks for this is suspended.");
  const own = await teams.teamsOf(id);
  const only = own.length === 1 ? own[0] : undefined;
  return {
    userId: user.id,
    email: user.email,
    role: user.role,
    apiKeyId: null,
    keyName: null,
    scopes: [],
    teamId: only?.id ?? null,
    teamName: only?.name ?? null,
    teams: own,
  };
}
