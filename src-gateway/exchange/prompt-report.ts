/** What became of a prompt since the turn before, for the record of an answer that has been sent. */
import type { Home } from "../affinity/types.ts";
import type { ExchangeState } from "./state.ts";

/** Null where there is nothing to wait for. */
export function reportPrompt(state: ExchangeState): Promise<void> | null {
  const { answeredBy } = state;
  return answeredBy === null || state.keeper.outcome !== "completed" ? null : compare(state, answeredBy);
}

function compare(state: ExchangeState, answeredBy: Home): Promise<void> {
  const { inbound, world, keeper, body, head, ownerKey, sent } = state;
  const prompt = { inbound, body, model: head.model, owner: ownerKey, home: answeredBy, sent };
  return world.reportPrompt(prompt).then(
    (report) => {
      keeper.record.prefix = report;
    },
    (error: unknown) => {
      // The client has its answer; that must not fail for a line in the log.
      world.log.error({ err: error, requestId: inbound.requestId }, "a prompt could not be compared");
    },
  );
}
