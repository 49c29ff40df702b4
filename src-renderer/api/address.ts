/**
 * The router keeps the path behind the `#` and the query before it. An address that was written by hand, or copied from a
 * text, may have the query behind the path, as one would expect it: both mean the same.
 */
export function queryBeforeHash({ pathname, hash }: Pick<Location, "pathname" | "hash">): string | null {
  const [path, query] = hash.split("?", 2);
  if (path === undefined || query === undefined || !path.startsWith("#/")) return null;
  return `${pathname}${query === "" ? "" : `?${query}`}${path}`;
}
