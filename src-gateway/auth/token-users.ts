/** Users by what tokens of others say of them, in memory. */
import type { Store } from "../store/open-store.ts";
import type { KeyHasher } from "./key-hasher.ts";
import type { Principal, TeamRef } from "./types.ts";
import { livingUsers, readRole, readStatus } from "./user-rows.ts";

export interface TokenUser {
  principal: Principal;
  isSuspended: boolean;
}

export interface TokenUsers {
  byEmail: ReadonlyMap<string, TokenUser>;
  /** By `identityKey`. */
  byIdentity: ReadonlyMap<string, TokenUser>;
}

export const identityKey = (issuer: string, subject: string): string => `${issuer} ${subject}`;

export async function readTokenUsers({ db }: Store, hasher: KeyHasher): Promise<TokenUsers> {
  const members = await db
    .selectFrom("team_members")
    .innerJoin("teams", "teams.id", "team_members.team_id")
    .select(["team_members.user_id", "teams.id", "teams.name"])
    .where("teams.deleted_at", "is", null)
    .orderBy("teams.id")
    .execute();
  const teamsOf = new Map<number, TeamRef[]>();
  for (const { user_id, id, name } of members) teamsOf.set(user_id, [...(teamsOf.get(user_id) ?? []), { id, name }]);
  const rows = await livingUsers(db).where("kind", "<>", "service").execute();
  const byId = new Map(
    rows.map((row): [number, TokenUser] => {
      const teams = teamsOf.get(row.id) ?? [];
      const [only] = teams.length === 1 ? teams : [];
      return [
        row.id,
        {
          principal: {
            userId: row.id,
            email: row.email,
            role: readRole(row.role),
            apiKeyId: null,
            keyName: null,
            scopes: [],
            teamId: only?.id ?? null,
            teamName: only?.name ?? null,
            teams,
            hashedId: hasher.hash(`user ${row.uuid}`).slice(0, 32),
          },
          isSuspended: readStatus(row.status) === "suspended",
        },
      ];
    }),
  );
  const identities = await db.selectFrom("user_identities").select(["issuer", "subject", "user_id"]).execute();
  return {
    byEmail: new Map([...byId.values()].map((user) => [user.principal.email, user])),
    byIdentity: new Map(
      identities.flatMap(({ issuer, subject, user_id }): [string, TokenUser][] => {
        const user = byId.get(user_id);
        return user ? [[identityKey(issuer, subject), user]] : [];
      }),
    ),
  };
}

/** Differs when somebody was linked to an issuer; of changes of users the key ring tells, or `readPeopleVersion`. */
export async function readIdentitiesVersion({ db }: Store): Promise<string> {
  const row = await db
    .selectFrom("user_identities")
    .select((select) => [select.fn.countAll().as("count"), select.fn.max("id").as("newest")])
    .executeTakeFirst();
  return JSON.stringify([Number(row?.count ?? 0), row?.newest ?? 0]);
}
