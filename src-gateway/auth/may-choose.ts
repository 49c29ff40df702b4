/** A key with such a scope may choose only among the providers that its scopes of this kind name. */
const PREFIX = "provider:";

/** Whether a key with these scopes may name this provider in a request; routes may send its requests anywhere. */
export function mayChoose(scopes: readonly string[], provider: string): boolean {
  const named = scopes.filter((scope) => scope.startsWith(PREFIX)).map((scope) => scope.slice(PREFIX.length));
  return (
    named.length === 0 ||
    named.some((name) => (name.endsWith("*") ? provider.startsWith(name.slice(0, -1)) : provider === name))
  );
}
