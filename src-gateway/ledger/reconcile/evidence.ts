/** The rows behind a line of a reconciliation, page by page, as they are shown to a provider's support. */
import { requestIdOf } from "../../ir/exchange-record.ts";
import type { Store } from "../../store/open-store.ts";
import { DAY_US } from "../usage-segments.ts";
import { modelKey } from "./model-key.ts";
import { costOfRow, readOurRows } from "./our-side.ts";

export interface EvidenceQuery {
  providers: readonly string[];
  day: string;
  /** As in the reconciliation; empty for all. */
  model: string;
  afterId: number;
}

export interface EvidenceRow {
  requestId: string;
  at: string;
  provider: string | null;
  model: string | null;
  modelSent: string | null;
  outcome: string;
  usageSource: string;
  serviceTier: string | null;
  inputUncached: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  output: number;
  costNano: number | null;
  corrections: number;
}

/** @returns where to go on; null when there is no more. */
export async function readEvidence(
  store: Store,
  { providers, day, model, afterId }: EvidenceQuery,
): Promise<{ rows: EvidenceRow[]; nextAfterId: number | null }> {
  const from = Date.parse(day) * 1000;
  const found = await readOurRows(store, providers, Math.max(afterId, from - 1), from + DAY_US, 1_000);
  const rows = found
    .filter((row) => model === "" || modelKey(row.model ?? "") === model)
    .map((row) => ({
      requestId: requestIdOf(row.id),
      at: new Date(row.id / 1000).toISOString(),
      provider: row.provider,
      model: row.model,
      modelSent: row.model_routed,
      outcome: row.outcome,
      usageSource: row.usage_source,
      serviceTier: row.service_tier,
      inputUncached: row.input_uncached,
      cacheRead: row.cache_read,
      cacheWrite5m: row.cache_write_5m,
      cacheWrite1h: row.cache_write_1h,
      output: row.output_tokens,
      costNano: costOfRow(row),
      corrections: row.corrections,
    }));
  return { rows, nextAfterId: found.at(-1)?.id ?? null };
}
