/**
 * Where the console is: the path behind the `#`, the query before it. A link that names no query means none; the router alone
 * would take the one along that the page before had, such as a filter that means something else here.
 */
import { navigate, useHashLocation } from "wouter/use-hash-location";

/** A target with a query of its own, be it an empty one. */
export const withOwnQuery = (to: string): string => (to.includes("?") ? to : `${to}?`);

/** What a link is when it is opened in another tab or copied. */
export function hrefOf(target: string, pathname: string): string {
  const [path = "", query = ""] = target.split("?", 2);
  return `${pathname}${query === "" ? "" : `?${query}`}#${path}`;
}

const goFreshly: typeof navigate = (to, options) => navigate(withOwnQuery(to), options);

export function useConsoleLocation(): ReturnType<typeof useHashLocation> {
  const [path] = useHashLocation();
  return [path, goFreshly];
}

useConsoleLocation.hrefs = (target: string): string => hrefOf(target, location.pathname);
