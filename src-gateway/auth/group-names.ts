/** What teams and projects have in common: a name that one living bearer has. */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Database } from "../store/schema.ts";

/** No comma, bar or colon: names stand in lists, in files and in scopes. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,62}[\p{L}\p{N}])?$/u;

/** @throws GatewayError invalid_request */
export function checkName(kind: "team" | "project" | "organisation", text: string): string {
  const name = text.trim();
  if (NAME.test(name)) return name;
  throw new GatewayError(
    "invalid_request",
    `A ${kind} has a name of letters, digits, blanks, dots, dashes and underscores, at most 64.`,
    { param: "name" },
  );
}

export const keyOf = (name: string): string => name.trim().toLowerCase();

export const takenName = (kind: string, name: string): GatewayError =>
  new GatewayError("conflict", `There is a ${kind} called "${name.slice(0, 64)}" already.`, { param: "name" });

const SLUG = "default";

/** The only organisation that there is by default, made when it is needed first. */
export async function organisationOf(db: Kysely<Database>, nowUs: number) {
  const find = () => db.selectFrom("organisations").selectAll().where("slug", "=", SLUG).executeTakeFirst();
  const known = await find();
  if (known) return known;
  await db
    .insertInto("organisations")
    .values({ uuid: randomUUID(), name: "Organisation", slug: SLUG, created_at: nowUs, updated_at: nowUs })
    .onConflict((conflict) => conflict.column("slug").doNothing())
    .execute();
  const made = await find();
  if (made) return made;
  throw new Error("the organisation cannot be made");
}

/** Keys of these users are read anew by every gateway. */
export async function touchUsers(db: Kysely<Database>, userIds: readonly number[], nowUs: number): Promise<void> {
  if (userIds.length === 0) return;
  await db.updateTable("users").set({ updated_at: nowUs }).where("id", "in", userIds).execute();
}

export const likeOf = (q: string): string => `%${q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
