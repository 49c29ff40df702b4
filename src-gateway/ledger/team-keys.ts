/** Which client keys count for which team. Rows of the ledger know their key, and a team's sums are those of its keys. */
import type { Store } from "../store/open-store.ts";

/** As `auth/key-team.ts` reads it. */
const SCOPE = "team:";
function namedBy(scopes: string): string | null {
  try {
    const named = (JSON.parse(scopes) as unknown[]).find(
      (scope) => typeof scope === "string" && scope.startsWith(SCOPE) && scope.length > SCOPE.length,
    );
    return typeof named === "string" ? named.slice(SCOPE.length) : null;
  } catch {
    return null;
  }
}

/**
 * The name of each key's team: its own, the one that its scope names, or the one that its user joined first. Keys and teams
 * that are gone count as they did.
 */
export async function readTeamsOfKeys({ db }: Store): Promise<Map<number, string>> {
  const teams = new Map(
    (await db.selectFrom("teams").select(["id", "name"]).execute()).map(({ id, name }) => [id, name]),
  );
  const ofUser = new Map<number, string>();
  const members = await db
    .selectFrom("team_members")
    .select(["team_id", "user_id"])
    .orderBy("created_at")
    .orderBy("team_id")
    .execute();
  for (const { team_id, user_id } of members) {
    const name = teams.get(team_id);
    if (name !== undefined && !ofUser.has(user_id)) ofUser.set(user_id, name);
  }
  const spelled = new Map([...teams.values()].map((name) => [name.toLowerCase(), name]));
  const found = new Map<number, string>();
  for (const { id, user_id, team_id, scopes } of await db
    .selectFrom("api_keys")
    .select(["id", "user_id", "team_id", "scopes"])
    .execute()) {
    const named = namedBy(scopes);
    const name =
      (team_id === null ? undefined : teams.get(team_id)) ??
      (named === null ? ofUser.get(user_id) : (spelled.get(named.toLowerCase()) ?? named));
    if (name !== undefined) found.set(id, name);
  }
  return found;
}

/** @param team in any case. */
export async function readKeysOfTeam(store: Store, team: string): Promise<number[]> {
  const teams = await readTeamsOfKeys(store);
  return [...teams].filter(([, name]) => name.toLowerCase() === team.toLowerCase()).map(([id]) => id);
}
