/** What the metrics read of the parts when somebody asks: how much is under way, who waits, what the ledger is behind. */
import type { BudgetStatus, Budgets } from "../budgets/types.ts";
import type { Admission } from "../limits/types.ts";
import type { ExchangeWriter } from "../store/exchange-writer.ts";
import type { MetricRegistry } from "../telemetry/metrics/registry.ts";
import type { Parts } from "./parts.ts";

export interface GaugeSources {
  parts: Parts;
  writer: Pick<ExchangeWriter, "pending" | "spooled" | "lagMs">;
  running: { readonly size: number };
  admission: () => Admission | null;
  /** Null while nothing is limited. */
  budgets: () => Pick<Budgets, "status"> | null;
}

/** As Ferro tells it. */
const CIRCUIT = { closed: 0, open: 1, "half-open": 2 } as const;
/** Budgets may be counted in Redis; nobody waits longer for it than this. */
const BUDGET_WAIT_MS = 500;

/** @returns what has to be awaited before they are read. */
export function declareGauges(registry: MetricRegistry, sources: GaugeSources): () => Promise<void> {
  const { parts, writer, running } = sources;
  const { settings, ledgerStore, log, openRequests, health, config } = parts;
  registry.read("gateway_build_info", "Always 1; the labels say what runs.", ["version", "node", "database"], () => [
    [__VERSION__, process.versions.node, ledgerStore.dialect, 1],
  ]);
  registry.read("gateway_requests_in_flight", "Requests under way.", [], () => [[running.size]]);
  registry.read("gateway_streams_open", "Streamed answers under way.", [], () => [[openRequests.streams()]]);
  declareAdmission(registry, sources.admission, () => [...config.live().instances.keys()]);
  registry.read("gateway_ledger_pending_records", "Records that are not in the database yet.", [], () => [
    [writer.pending()],
  ]);
  registry.read("gateway_ledger_spooled_records", "Those of them that wait on disk.", [], () => [[writer.spooled()]]);
  registry.read("gateway_ledger_lag_seconds", "How long the oldest record in memory has waited.", [], () => [
    [writer.lagMs() / 1000],
  ]);
  registry.read(
    "gateway_circuit_breaker_state",
    "The circuit of a provider: 0 closed, 1 open, 2 half open.",
    ["provider"],
    () => {
      const own = new Map(
        health.circuits().flatMap(({ provider, model, circuit }) => (model === null ? [[provider, circuit]] : [])),
      );
      return [...config.live().instances.keys()].map((id) => [id, CIRCUIT[own.get(id) ?? "closed"]] as const);
    },
  );
  registry.read("gateway_model_circuits_open", "Models of a provider that are left alone.", ["provider"], () => {
    const ids = [...config.live().instances.keys()];
    const circuits = health.circuits();
    return ids.map((id) => [id, circuits.filter(({ provider, model }) => provider === id && model !== null).length]);
  });
  registry.read(
    "gateway_log_lines_lost_total",
    "Lines of the log that could not be written.",
    [],
    () => [[log.lost()]],
    "counter",
  );
  registry.read("gateway_config_problem", "1 while the configuration file is not what runs.", [], () => [
    [config.lastProblem() === null ? 0 : 1],
  ]);
  registry.read("gateway_auth_disabled", "1 while nobody has to show a key.", [], () => [
    [settings.authDisabled ? 1 : 0],
  ]);
  return declareBudgets(registry, sources.budgets);
}

function declareAdmission(
  registry: MetricRegistry,
  admission: () => Admission | null,
  providers: () => string[],
): void {
  registry.read("gateway_queue_waiting", "Requests that wait for a place.", [], () => [
    [admission()?.status().waiting ?? 0],
  ]);
  registry.read("gateway_bytes_in_flight", "Bytes of the bodies of requests under way.", [], () => [
    [admission()?.status().bytes ?? 0],
  ]);
  registry.read("gateway_upstream_in_flight", "Tries under way.", ["provider"], () => {
    const underWay = new Map(
      (admission()?.status().limits ?? []).flatMap(({ limit, inFlight }) =>
        limit.kind === "provider" ? [[limit.provider, inFlight]] : [],
      ),
    );
    return providers().map((id) => [id, underWay.get(id) ?? 0] as const);
  });
}

/** One series for each budget of the configuration: of those whom it counts apart, the one who has used most. */
function declareBudgets(registry: MetricRegistry, budgets: () => Pick<Budgets, "status"> | null): () => Promise<void> {
  let rows: BudgetStatus[] = [];
  registry.read(
    "gateway_budget_used_ratio",
    "The used share of a budget, by whoever has used most of it.",
    ["budget", "scope", "unit"],
    () => {
      const most = new Map<string, readonly [string, string, string, number]>();
      for (const { budget, scope, unit, spent, held, limit } of rows) {
        const ratio = limit > 0 ? (spent + held) / limit : 1;
        if (ratio >= (most.get(budget)?.[3] ?? -1)) most.set(budget, [budget, scope, unit, ratio]);
      }
      return most.values();
    },
  );
  return async () => {
    const asked = budgets();
    if (asked === null) {
      rows = [];
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<BudgetStatus[]>((resolve) => {
      timer = setTimeout(() => resolve(rows), BUDGET_WAIT_MS);
    });
    rows = await Promise.race([asked.status(), patience]).catch(() => rows);
    clearTimeout(timer);
  };
}
