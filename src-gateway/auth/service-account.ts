/** The account that holds the keys of a team itself: they go on when the people who made them leave. */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Database } from "../store/schema.ts";

/** Made with the first such key. @throws GatewayError not_found for the team. */
export async function serviceAccountOf(db: Kysely<Database>, teamId: number, nowUs: number): Promise<number> {
  await requireTeam(db, teamId);
  // No mail gets there, and no two teams have the same.
  const email = `team-${teamId}@service.invalid`;
  const find = () =>
    db.selectFrom("users").select("id").where("email", "=", email).where("deleted_at", "is", null).executeTakeFirst();
  const known = await find();
  if (known) return known.id;
  const { id } = await db
    .insertInto("users")
    .values({
      uuid: randomUUID(),
      email,
      role: "gateway_user",
      display_name: "service account",
      status: "active",
      kind: "service",
      created_at: nowUs,
      updated_at: nowUs,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** @throws GatewayError not_found */
export async function requireTeam(db: Kysely<Database>, id: number): Promise<void> {
  const team = await db.selectFrom("teams").select("id").where("id", "=", id).where("deleted_at", "is", null).execute();
  if (team.length === 0) throw new GatewayError("not_found", `There is no team ${id}.`, { param: "teamId" });
}

/** A person's key counts for a team that the person is in. @throws GatewayError */
export async function requireMembership(db: Kysely<Database>, userId: number, teamId: number): Promise<void> {
  await requireTeam(db, teamId);
  const member = await db
    .selectFrom("team_members")
    .select("user_id")
    .where("team_id", "=", teamId)
    .where("user_id", "=", userId)
    .execute();
  if (member.length > 0) return;
  throw new GatewayError("invalid_request", `User ${userId} is no member of team ${teamId}. Add them to it first.`, {
    param: "teamId",
  });
}

/** @throws GatewayError not_found */
export async function requireProject(db: Kysely<Database>, id: number): Promise<void> {
  const found = await db
    .selectFrom("projects")
    .select("id")
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .execute();
  if (found.length === 0) throw new GatewayError("not_found", `There is no project ${id}.`, { param: "projectId" });
}
