/** A key with the scope `agent:cline` was made for that agent: what comes with it counts as that agent's. */
const SCOPE = /^agent:([a-z][a-z0-9-]{0,40})$/;

export const isAgentScope = (scope: string): boolean => SCOPE.test(scope);

/** Of several, the first one; null for a key of no agent. */
export function keyAgent(scopes: readonly string[]): string | null {
  for (const scope of scopes) {
    const agent = SCOPE.exec(scope)?.[1];
    if (agent !== undefined) return agent;
  }
  return null;
}
