import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";

export const STEPS = ["gateway", "provider", "agents", "request"] as const;
export type StepName = (typeof STEPS)[number];

export const isStep = (text: string | null): text is StepName => STEPS.some((step) => step === text);

/** What of the gateway tells how far somebody is; null for what is not known yet. */
export interface SetupFacts {
  providers: ReplyOf<"listProviders"> | null;
  /** Null as well where they are on another computer. */
  agents: readonly AgentView[] | null;
  exchanges: ReplyOf<"listExchanges"> | null;
}

/** The steps that are done, whoever did them and wherever: so it can be left and gone on with at any time. */
export function stepsDone({ providers, agents, exchanges }: SetupFacts): Readonly<Record<StepName, boolean>> {
  const hasProvider = (providers?.length ?? 0) > 0;
  return {
    // To be here is to have reached it; it is ticked once somebody has gone on from it.
    gateway: hasProvider,
    provider: hasProvider,
    agents: agents?.some(({ connectedAtUs }) => connectedAtUs !== null) ?? false,
    request: (exchanges?.length ?? 0) > 0,
  };
}

/** Where somebody goes on who comes back. */
export function firstOpenStep(done: Readonly<Record<StepName, boolean>>): StepName {
  return STEPS.find((step) => !done[step]) ?? "request";
}
