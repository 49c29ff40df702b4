import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import { AdminError } from "../../../src-gateway/admin-api/contract/client.ts";
import { type Query, useQuery } from "../../api/use-query.ts";

const REFRESH_MS = 15_000;

/** The agents of the gateway's computer; null where this console may not touch them, as from another computer. */
export const useAgents = ({ isWanted = true } = {}): Query<{ agents: AgentView[] | null }> =>
  useQuery(
    isWanted ? "agents" : "no agents",
    async (client) => {
      if (!isWanted) return { agents: null };
      try {
        return { agents: await client.call("listAgents") };
      } catch (error) {
        if (error instanceof AdminError && error.status === 403) return { agents: null };
        throw error;
      }
    },
    { everyMs: REFRESH_MS },
  );
