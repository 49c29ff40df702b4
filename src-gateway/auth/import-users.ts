/** Many users at once, from a file: all of them or none, and every line that cannot be taken is named with its reason. */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import { isBusy, isUniqueViolation } from "../store/database-errors.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { readUserLines, type UserLine } from "./read-user-lines.ts";
import type { ImportOptions, ImportReport } from "./types.ts";

const MAX_LINES = 50_000;
/** Values of one statement have a limit on both databases. */
const BATCH = 500;

/** @throws GatewayError invalid_request when there is nothing to import, or too much of it. */
export async function importUsers(
  db: Kysely<Database>,
  text: string,
  options: ImportOptions,
  nowUs: number,
): Promise<ImportReport> {
  const { good, bad } = readUserLines(text, options.roles);
  const lines = good.length + bad.length;
  if (lines === 0) throw new GatewayError("invalid_request", "The file has no users in it.", { param: "csv" });
  if (lines > MAX_LINES)
    throw new GatewayError("invalid_request", `The file has ${lines} users; ${MAX_LINES} at a time can be taken.`);
  // Who makes one of them at the same moment makes the whole of it start anew, with that one known.
  return whileBusy(
    () =>
      db
        .transaction()
        .setIsolationLevel("serializable")
        .execute(async (transaction) => {
          const checked = await checkLines(transaction, good, options.skipExisting ?? false);
          const problems = [...bad, ...checked.problems].sort((a, b) => a.line - b.line);
          const applied =
            !options.dryRun && checked.wanted.length > 0 && (problems.length === 0 || options.skipInvalid === true);
          const ids = applied ? await insert(transaction, checked.wanted, nowUs) : new Map<string, number>();
          const takes = problems.length === 0 || options.skipInvalid === true;
          return {
            lines,
            created: (takes ? checked.wanted : []).map(({ line, email, displayName, role }) => ({
              line,
              id: ids.get(email) ?? null,
              email,
              displayName,
              role,
            })),
            skipped: checked.skipped,
            problems,
            applied,
          };
        }),
    { isPassing: (error) => isBusy(error) || isUniqueViolation(error) },
  );
}

interface Wanted extends UserLine {
  teamIds: number[];
  projectIds: number[];
}

async function checkLines(db: Kysely<Database>, lines: readonly UserLine[], skipsExisting: boolean) {
  const users = await db.selectFrom("users").select("email").where("deleted_at", "is", null).execute();
  const taken = new Set(users.map(({ email }) => email));
  const teams = await namesOf(db, "teams");
  const projects = await namesOf(db, "projects");
  const wanted: Wanted[] = [];
  const skipped: ImportReport["skipped"] = [];
  const problems: ImportReport["problems"] = [];
  for (const each of lines) {
    const { line, email } = each;
    const unknown = [
      ...each.teams.filter((name) => !teams.has(name.toLowerCase())).map((name) => `team "${name.slice(0, 64)}"`),
      ...each.projects
        .filter((name) => !projects.has(name.toLowerCase()))
        .map((name) => `project "${name.slice(0, 64)}"`),
    ];
    if (taken.has(email) && skipsExisting) skipped.push({ line, email });
    else if (taken.has(email)) problems.push({ line, email, problem: "there is a user with this address already" });
    else if (unknown.length > 0) problems.push({ line, email, problem: `there is no ${unknown.join(" and no ")}` });
    else
      wanted.push({
        ...each,
        teamIds: each.teams.flatMap((name) => teams.get(name.toLowerCase()) ?? []),
        projectIds: each.projects.flatMap((name) => projects.get(name.toLowerCase()) ?? []),
      });
  }
  return { wanted, skipped, problems };
}

async function namesOf(db: Kysely<Database>, table: "teams" | "projects"): Promise<Map<string, number>> {
  const rows = await db.selectFrom(table).select(["id", "name_key"]).where("deleted_at", "is", null).execute();
  return new Map(rows.map((row) => [row.name_key, row.id]));
}

async function insert(db: Kysely<Database>, lines: readonly Wanted[], nowUs: number): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const batch of batches(lines)) {
    const rows = await db
      .insertInto("users")
      .values(
        batch.map(({ email, role, displayName, status }) => ({
          uuid: randomUUID(),
          email,
          role,
          display_name: displayName,
          status,
          created_at: nowUs,
          updated_at: nowUs,
        })),
      )
      .returning(["id", "email"])
      .execute();
    for (const { id, email } of rows) ids.set(email, id);
  }
  const members = lines.flatMap(({ email, teamIds }) =>
    [...new Set(teamIds)].map((team_id) => ({
      team_id,
      user_id: ids.get(email) ?? 0,
      role: "member",
      created_at: nowUs,
    })),
  );
  for (const batch of batches(members)) await db.insertInto("team_members").values(batch).execute();
  const ofProjects = lines.flatMap(({ email, projectIds }) =>
    [...new Set(projectIds)].map((project_id) => ({ project_id, user_id: ids.get(email) ?? 0, created_at: nowUs })),
  );
  for (const batch of batches(ofProjects)) await db.insertInto("project_members").values(batch).execute();
  return ids;
}

const batches = <Row>(rows: readonly Row[]): Row[][] =>
  Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, n) => rows.slice(n * BATCH, (n + 1) * BATCH));
