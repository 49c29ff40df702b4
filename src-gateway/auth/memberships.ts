/** Who is in a team, and who leads it. */
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { touchUsers } from "./group-names.ts";
import { MEMBER_ROLES, type MemberRole } from "./team-types.ts";
import type { Member, Teams } from "./types.ts";
import { livingUsers } from "./user-rows.ts";

/** @param need throws GatewayError not_found where there is no such team. */
export function createMemberships(
  db: Kysely<Database>,
  clock: Clock,
  need: (id: number) => Promise<void>,
): Pick<Teams, "members" | "setMember" | "removeMember" | "roleOf" | "teamsOf"> {
  const atOnce = <Result>(work: (transaction: Kysely<Database>) => Promise<Result>): Promise<Result> =>
    whileBusy(() => db.transaction().execute(work));
  return {
    async members(id) {
      await need(id);
      return membersOf(db, id);
    },
    async setMember(id, userId, role) {
      await need(id);
      await atOnce((transaction) => setMember(transaction, { id, userId, role, nowUs: clock.nowUs() }));
      return memberOf(await membersOf(db, id), userId);
    },
    async removeMember(id, userId) {
      await need(id);
      const member = memberOf(await membersOf(db, id), userId);
      await atOnce(async (transaction) => {
        const now = clock.nowUs();
        await transaction.deleteFrom("team_members").where("team_id", "=", id).where("user_id", "=", userId).execute();
        await transaction
          .updateTable("api_keys")
          .set({ team_id: null, updated_at: now })
          .where("team_id", "=", id)
          .where("user_id", "=", userId)
          .execute();
        await touchUsers(transaction, [userId], now);
      });
      return member;
    },
    async roleOf(id, userId) {
      const row = await db
        .selectFrom("team_members")
        .innerJoin("teams", "teams.id", "team_id")
        .select("role")
        .where("team_id", "=", id)
        .where("user_id", "=", userId)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
      return row ? readMemberRole(row.role) : null;
    },
    teamsOf: (userId) =>
      db
        .selectFrom("team_members")
        .innerJoin("teams", "teams.id", "team_id")
        .select(["teams.id as id", "name"])
        .where("user_id", "=", userId)
        .where("deleted_at", "is", null)
        .orderBy("teams.id")
        .execute(),
  };
}

async function membersOf(db: Kysely<Database>, id: number): Promise<Member[]> {
  const rows = await db
    .selectFrom("team_members")
    .innerJoin("users", "users.id", "user_id")
    .select(["user_id", "email", "display_name", "team_members.role as role"])
    .where("team_id", "=", id)
    .where("deleted_at", "is", null)
    .orderBy("user_id")
    .execute();
  return rows.map((row) => ({
    userId: row.user_id,
    email: row.email,
    displayName: row.display_name,
    role: readMemberRole(row.role),
  }));
}

function memberOf(members: readonly Member[], userId: number): Member {
  const member = members.find((each) => each.userId === userId);
  if (member) return member;
  throw new GatewayError("not_found", `User ${userId} is no member of this team.`);
}

const readMemberRole = (text: string): MemberRole => MEMBER_ROLES.find((role) => role === text) ?? "member";

async function setMember(
  db: Kysely<Database>,
  { id, userId, role, nowUs }: { id: number; userId: number; role: MemberRole; nowUs: number },
): Promise<void> {
  if (!MEMBER_ROLES.includes(role))
    throw new GatewayError("invalid_request", `A member's role is one of ${MEMBER_ROLES.join(", ")}.`, {
      param: "role",
    });
  const user = await livingUsers(db).where("id", "=", userId).where("kind", "<>", "service").executeTakeFirst();
  if (!user) throw new GatewayError("not_found", `There is no user ${userId}.`);
  await db
    .insertInto("team_members")
    .values({ team_id: id, user_id: userId, role, created_at: nowUs })
    .onConflict((conflict) => conflict.columns(["team_id", "user_id"]).doUpdateSet({ role }))
    .execute();
  await touchUsers(db, [userId], nowUs);
}
