/** A key with the scope `priority:7` has that priority, and none better. */
const SCOPE = /^priority:([0-9])$/;

/** Null for a key that may ask for any. Of several scopes the most urgent one counts. */
export function keyPriority(scopes: readonly string[]): number | null {
  let most: number | null = null;
  for (const scope of scopes) {
    const level = SCOPE.exec(scope)?.[1];
    if (level !== undefined && (most === null || Number(level) < most)) most = Number(level);
  }
  return most;
}
