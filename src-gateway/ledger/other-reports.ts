/** Reports that no sums of usage answer. */
import type { Store } from "../store/open-store.ts";
import { compareCounts } from "./compare-counts.ts";
import { readLatencies } from "./latencies.ts";
import type { UsageReports } from "./types.ts";

export const createOtherReports = (store: Store): Pick<UsageReports, "latencies" | "differences"> => ({
  latencies: (query) => readLatencies(store, query),
  differences: (query) => compareCounts(store, query),
});
