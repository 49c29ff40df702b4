import { rateHeaders, WARNING_HEADER, warningHeader } from "../budgets/refusals.ts";
import type { SpendDecision } from "../budgets/types.ts";
import type { Inbound } from "./types.ts";

/** Tells the client in headers how its limits stand, and what it is warned of. */
export function tell(reply: Inbound["reply"], decision: SpendDecision): void {
  if (decision.action === "go" || decision.action === "slow") {
    for (const [name, value] of Object.entries(rateHeaders(decision.rates))) putHeader(reply, name, value);
  }
  const warning = "warnings" in decision ? warningHeader(decision.warnings) : null;
  if (warning !== null) putHeader(reply, WARNING_HEADER, warning);
}

/** Other characters than these would end the answer. */
export function putHeader({ extraHeaders, status }: Inbound["reply"], name: string, value: string): void {
  if (extraHeaders && status === null) extraHeaders[name] = value.replace(/[^\x20-\x7e]/g, "?");
}
