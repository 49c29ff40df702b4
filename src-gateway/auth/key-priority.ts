/** A key with the scope `priority:7` has that priority, and none better. */
const SCOPE = /^priority:([0-9])$/;

/** Null for a key that may ask for any. Of several scopes the most urgent one counts. */
export function keyPriority(scopes: readonly string[]): number | null {
  const levels = scopes.flatMap((scope) => SCOPE.exec(scope)?.[1] ?? []).map(Number);
  return levels.length === 0 ? null : Math.min(...levels);
}
