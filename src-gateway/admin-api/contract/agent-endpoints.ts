/** Connecting coding agents on the computer of the gateway. Only for who sits at it: see `handlers/agents.ts`. */
import { z } from "zod";
import { agentChangeSchema, agentPlanSchema, agentSchema, agentUndoneSchema } from "./agent-schemas.ts";
import { endpoint } from "./endpoint.ts";

const wish = z.strictObject({ model: z.string().min(1).max(200).optional() });

export const AGENT_ENDPOINTS = {
  listAgents: endpoint(
    "GET",
    "/agents",
    "agents:write",
    "The coding agents of this computer, and how they are connected",
    {
      reply: z.array(agentSchema),
    },
  ),
  planAgent: endpoint("POST", "/agents/{id}/plan", "agents:write", "What connecting an agent would write; nothing is", {
    body: wish,
    reply: agentPlanSchema,
  }),
  connectAgent: endpoint(
    "POST",
    "/agents/{id}/connect",
    "agents:write",
    "Make a key for an agent and write its settings",
    {
      body: wish,
      reply: agentChangeSchema,
    },
  ),
  repairAgent: endpoint(
    "POST",
    "/agents/{id}/repair",
    "agents:write",
    "Write the settings of a connected agent again",
    {
      reply: agentChangeSchema,
    },
  ),
  disconnectAgent: endpoint(
    "POST",
    "/agents/{id}/disconnect",
    "agents:write",
    "Take an agent's settings back, and end its key",
    {
      body: z.strictObject({ keepHistory: z.boolean().optional(), keepKey: z.boolean().optional() }),
      reply: agentUndoneSchema,
    },
  ),
};
