/** Which user a person is whom an OIDC provider vouches for. */
import type { User, Users } from "../auth/types.ts";
import type { ClaimedRole, OidcProviderConfig } from "../settings/sign-in-types.ts";
import type { Identities } from "./identities.ts";
import type { Claims } from "./oidc.ts";
import { OidcError } from "./types.ts";

/** @throws OidcError `unverified`, `unknown_user`, `suspended`, `conflict`. */
export type FindUser = (provider: OidcProviderConfig, claims: Claims) => Promise<number>;

export interface OidcUserWorld {
  users: Pick<Users, "find" | "create">;
  identities: Identities;
  /** Told about users that were made, and whose role or teams a claim has changed. */
  provisioned(user: User): Promise<void>;
  setRole(user: User, role: ClaimedRole): Promise<void>;
  /** Names that no team has are passed over. */
  joinTeams(user: User, names: readonly string[]): Promise<void>;
}

const MAX_NAME_LENGTH = 200;

export function createFindUser(world: OidcUserWorld): FindUser {
  return async (provider, claims) => {
    const user = (await knownUser(world, claims)) ?? (await userByEmail(world, provider, claims));
    if (user.status !== "active" || user.kind === "service")
      throw new OidcError("suspended", `the user ${user.id} is suspended`);
    const role = roleOf(provider, claims);
    // The root administrator is nobody's to change but their own.
    if (role !== null && user.role !== "root_admin" && user.role !== role) await world.setRole(user, role);
    const teams = teamsOf(provider, claims);
    if (teams.length > 0) await world.joinTeams(user, teams);
    return user.id;
  };
}

async function knownUser({ users, identities }: OidcUserWorld, { iss, sub }: Claims): Promise<User | null> {
  const userId = await identities.find(iss, sub);
  return userId === null ? null : users.find(userId);
}

async function userByEmail(world: OidcUserWorld, provider: OidcProviderConfig, claims: Claims): Promise<User> {
  const { users, identities } = world;
  const { email } = claims;
  const isVerified = claims["email_verified"] === true || provider.trustEmail;
  if (typeof email !== "string" || !isVerified)
    throw new OidcError("unverified", `the OIDC provider "${provider.id}" does not say that the address was verified`);
  const user = (await users.find(email)) ?? (await provision(world, provider, claims, email));
  // An address that was given to another person must not bring them into the first one's account.
  if (!(await identities.link(user.id, claims.iss, claims.sub)))
    throw new OidcError("conflict", `the user ${user.id} is somebody else at the OIDC provider "${provider.id}"`);
  return user;
}

async function provision(
  world: OidcUserWorld,
  { id, provision: rules, ...provider }: OidcProviderConfig,
  claims: Claims,
  email: string,
): Promise<User> {
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  if (rules === null || !rules.domains.includes(domain))
    throw new OidcError("unknown_user", `nobody has the address that the OIDC provider "${id}" vouches for`);
  const name = claims["name"] ?? claims["preferred_username"];
  const user = await world.users.create({
    email,
    role: roleOf({ ...provider, id, provision: rules }, claims) ?? rules.role,
    ...(typeof name === "string" ? { displayName: name.slice(0, MAX_NAME_LENGTH) } : {}),
  });
  await world.provisioned(user);
  return user;
}

/** Null where no claim decides. Where one does, who is in none of its groups is an ordinary user. */
function roleOf({ roles, provision: rules }: OidcProviderConfig, claims: Claims): ClaimedRole | null {
  if (roles === null) return null;
  const groups = wordsOf(claims[roles.claim]);
  return roles.map.find(({ value }) => groups.includes(value))?.role ?? rules?.role ?? "gateway_user";
}

const teamsOf = ({ teams }: OidcProviderConfig, claims: Claims): string[] => {
  const groups = teams === null ? [] : wordsOf(claims[teams.claim]);
  return (teams?.map ?? []).filter(({ value }) => groups.includes(value)).map(({ team }) => team);
};

/** One word, or a list of them. */
const wordsOf = (claim: unknown): string[] =>
  (Array.isArray(claim) ? claim : [claim]).filter((word): word is string => typeof word === "string");
