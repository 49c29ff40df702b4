/** What somebody who wants to spend is asked for, and what stops them. */
import type { KeyLimits } from "../auth/types.ts";
import { refusal } from "../budgets/refusals.ts";
import type { Amounts, SpendDecision } from "../budgets/types.ts";
import type { GatewayError } from "../ir/errors.ts";
import type { Soon } from "../lib/soon.ts";
import type { SpendTarget } from "./spend-estimate.ts";
import type { Inbound, Spender } from "./types.ts";

/** Why a request may not go on as it is. */
export type SpendStop = Exclude<SpendDecision, { action: "go" }>;

/** What of the principal is counted. */
export interface Spent {
  apiKeyId: number | null;
  keyName: string | null;
  userId: number;
  email: string;
  teamId?: number | null;
  teamName?: string | null;
  /** Of the key itself. */
  limits?: KeyLimits | null;
}

export interface SpendQuestion<Plan> {
  /** Its reply and signal are those of everybody who waits. */
  inbound: Pick<Inbound, "reply" | "signal">;
  /** The most that it may use; or only what its input may, whatever the answer is. */
  estimate(target: SpendTarget, spender: Spender, what: "all" | "input"): Promise<Amounts>;
  firstOf(plan: Plan): SpendTarget;
  /** @throws GatewayError when nobody has the model. */
  planAnew(model: string, why: string): Soon<Plan>;
  /** Waits without keeping others from their turn. */
  aside<Result>(wait: () => Promise<Result>): Promise<Result>;
}

/** For the client, where nothing else is left. */
export const errorOfStop = (stop: SpendStop, nowUs: number): GatewayError =>
  refusal(stop.action === "downgrade" ? blockOf(stop) : stop, nowUs);

const blockOf = ({ met, warnings }: Extract<SpendStop, { action: "downgrade" }>) =>
  ({ action: "block", reason: "limit", met, warnings }) as const;
