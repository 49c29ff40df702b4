/** A key with the scope `team:data` belongs to that team. */
const PREFIX = "team:";

/** Of several, the first one; null for a key of no team. */
export function keyTeam(scopes: readonly string[]): string | null {
  return scopes.find((scope) => scope.startsWith(PREFIX) && scope.length > PREFIX.length)?.slice(PREFIX.length) ?? null;
}
