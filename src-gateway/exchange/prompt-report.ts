/** What became of a prompt since the turn before, for the record of an answer that has been sent. */
import type { ExchangeState } from "./state.ts";

export async function reportPrompt(state: ExchangeState): Promise<void> {
  const { inbound, world, keeper, body, head, ownerKey, answeredBy, sent } = state;
  if (answeredBy === null || keeper.outcome !== "completed") return;
  const prompt = { inbound, body, model: head.model, owner: ownerKey, home: answeredBy, sent };
  try {
    keeper.record.prefix = await world.reportPrompt(prompt);
  } catch (error) {
    // The client has its answer; that must not fail for a line in the log.
    world.log.error({ err: error, requestId: inbound.requestId }, "a prompt could not be compared");
  }
}
