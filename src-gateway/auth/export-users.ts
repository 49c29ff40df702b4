/** All persons as a file that can be imported again, and that no spreadsheet takes for formulas. */
import type { Kysely } from "kysely";
import type { Database } from "../store/schema.ts";
import { livingUsers, toUser } from "./user-rows.ts";

export async function exportUsers(db: Kysely<Database>): Promise<string> {
  const users = (await livingUsers(db).where("kind", "<>", "service").orderBy("id").execute()).map(toUser);
  const teams = await db
    .selectFrom("team_members")
    .innerJoin("teams", "teams.id", "team_id")
    .select(["user_id", "name"])
    .where("deleted_at", "is", null)
    .orderBy("name")
    .execute();
  const projects = await db
    .selectFrom("project_members")
    .innerJoin("projects", "projects.id", "project_id")
    .select(["user_id", "name"])
    .where("deleted_at", "is", null)
    .orderBy("name")
    .execute();
  const teamsOf = Map.groupBy(teams, ({ user_id }) => user_id);
  const projectsOf = Map.groupBy(projects, ({ user_id }) => user_id);
  const list = (rows: { name: string }[] = []): string => rows.map(({ name }) => name).join("|");
  const lines = users.map(({ id, email, role, displayName, status }) =>
    [email, role, displayName, list(teamsOf.get(id)), list(projectsOf.get(id)), status].map(cell).join(","),
  );
  return `${["email,role,display_name,team,projects,status", ...lines].join("\r\n")}\r\n`;
}

function cell(text: string): string {
  // A quote in front makes it a text; one that stands there already gets another, so that reading gives the same again.
  const guarded = /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
