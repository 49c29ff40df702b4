import { useEffect } from "react";
import { useLocation } from "wouter";
import { useConnectionState } from "../../api/gateway-context.tsx";
import { useQuery } from "../../api/use-query.ts";

const STORED = "tokligence.welcome";

/** Whoever has put the first steps away is not led there again; a notice on the overview still leads back. */
export const putWelcomeAway = (): void => localStorage.setItem(STORED, "away");

/**
 * Leads whoever may set the gateway up to the first steps when they come to the overview and nothing is configured.
 * @returns whether that is still to be found out, so that the overview does not flash up.
 */
export function useFirstStart(mayConfigure: boolean): { isUndecided: boolean } {
  const [path, go] = useLocation();
  const { isDown } = useConnectionState();
  const isAsked = mayConfigure && path === "/" && localStorage.getItem(STORED) === null;
  const { value, problem } = useQuery(isAsked ? "providers" : "no providers", (client) =>
    isAsked ? client.call("listProviders") : Promise.resolve([]),
  );
  const count = isAsked && value !== null ? value.length : null;
  useEffect(() => {
    if (count === 0) go("/welcome", { replace: true });
    else if (count !== null) putWelcomeAway();
  }, [count, go]);
  return { isUndecided: isAsked && !isDown && problem === null && (count ?? 0) === 0 };
}
