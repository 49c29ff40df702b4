/** What the gateway has counted itself, beside what providers reported of the same exchanges. */
import type { Store } from "../store/open-store.ts";
import { readDifferences } from "../store/own-counts.ts";
import type { UsageDifference, UsageQuery } from "./types.ts";

export async function compareCounts(
  store: Store,
  { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER, userId }: Pick<UsageQuery, "fromUs" | "toUs" | "userId">,
): Promise<UsageDifference[]> {
  const rows = await readDifferences(store, { fromUs, toUs, userId: userId ?? null });
  return rows.map(({ provider, model, requests, own_input, own_output, input, output, reasoning }) => ({
    provider,
    model,
    requests,
    own: { input: own_input, output: own_output },
    reported: { input, output, reasoning },
    ratio: { input: ratioOf(input, own_input), output: ratioOf(output, own_output) },
  }));
}

/** To three places, as that is more than the counts are exact to. */
const ratioOf = (reported: number, own: number): number | null =>
  own === 0 ? null : Math.round((reported / own) * 1_000) / 1_000;
