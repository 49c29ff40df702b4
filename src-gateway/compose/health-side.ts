/** Health in a running gateway: its events go to the log, a provider that was set up anew begins anew, probes run. */
import type { HealthFacts } from "../admin-api/deps.ts";
import { rememberEvents } from "../health/event-list.ts";
import { createHealth } from "../health/health.ts";
import { startProber } from "../health/prober.ts";
import type { Health, HealthEvent, SeenHealthEvent } from "../health/types.ts";
import { type Clock, turnClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { ProviderInstance } from "../providers/types.ts";
import type { HealthSettings } from "../settings/types.ts";
import { type ProbeResult, probeProvider } from "../upstream/probe.ts";
import type { LiveState } from "./live-config.ts";
import type { Parts } from "./parts.ts";

/** Longer than this a provider that is there does not take for its list of models. */
const PROBE_TIMEOUT_MS = 5_000;
/** Monitors ask often; providers are not asked more often than this for them. */
const DEEP_TTL_US = 10_000_000;

export interface WatchedHealth {
  health: Health;
  healthEvents: () => SeenHealthEvent[];
}

export function createWatchedHealth(settings: HealthSettings, clock: Clock, log: Logger): WatchedHealth {
  const health = createHealth({ clock: turnClock, settings, random: Math.random });
  health.onEvent((event) => log.info(event, sentenceOf(event)));
  return { health, healthEvents: rememberEvents(health, clock) };
}

function sentenceOf(event: HealthEvent): string {
  const { provider, model } = event;
  const key = "key" in event && event.key !== null ? ` with key "${event.key}"` : "";
  const who = `${model === null ? `provider "${provider}"` : `model "${model}" of "${provider}"`}${key}`;
  switch (event.kind) {
    case "down":
      return `${who} is left alone for a while`;
    case "recovered":
      return event.from === "down" ? `${who} can be asked again` : `${who} is as good as it used to be`;
    case "degraded":
      return `${who} became worse`;
  }
}

/** What was learned of a provider holds for how it was set up. */
export function forgetChanged(health: Health, before: LiveState, after: LiveState): void {
  const setUp = (instance: ProviderInstance | undefined): string => JSON.stringify({ ...instance, where: null });
  for (const [id, instance] of before.instances) {
    if (setUp(instance) !== setUp(after.instances.get(id))) health.reset({ provider: id });
  }
}

export function healthView({ health, healthEvents, config, clock, redactor }: Parts): HealthFacts {
  const { instances } = config.live();
  const isConfigured = ({ provider }: { provider: string }): boolean => instances.has(provider);
  const offsetUs = clock.nowUs() - clock.monotonicUs();
  const toUs = (ms: number): number | null => (ms === 0 ? null : Math.round(ms * 1000 + offsetUs));
  const view: HealthFacts = {
    targets: health
      .status()
      .filter(isConfigured)
      .map(({ availableAtMs, ...target }) => ({ ...target, availableAtUs: toUs(availableAtMs) })),
    circuits: health
      .circuits()
      .filter(isConfigured)
      .map(({ availableAtMs, ...circuit }) => ({ ...circuit, availableAtUs: toUs(availableAtMs) })),
    events: healthEvents().map((event) => ({ key: null, why: null, ...event })),
  };
  // Models are named by clients, and one may have sent a key for a name.
  return JSON.parse(redactor.redact(JSON.stringify(view))) as HealthFacts;
}

/** @returns what stops it; null where the operator wants no probes. */
export function startProbes(parts: Parts): (() => void) | null {
  const { health, config, settings } = parts;
  const intervalMs = settings.health.probeIntervalMs;
  if (intervalMs === 0) return null;
  return startProber({
    health,
    providers: () => [...config.live().instances.keys()],
    probe: async (id) => (await probe(parts, id))?.reachable ?? false,
    intervalMs,
    random: Math.random,
    after: (ms, run) => {
      const timer = setTimeout(run, ms).unref();
      return () => clearTimeout(timer);
    },
  });
}

async function probe({ config, secrets, ways }: Parts, id: string): Promise<ProbeResult | null> {
  const instance = config.live().instances.get(id);
  return instance ? probeProvider(instance, (ref) => secrets.resolve(ref), PROBE_TIMEOUT_MS, ways) : null;
}

interface ProviderDepth {
  id: string;
  reachable: boolean;
  /** Null when that could not be found out. */
  authenticated: boolean | null;
  circuit: string;
  /** Those of its models that are left alone. */
  modelsDown: string[];
  /** Null when it lists none and none are declared. */
  models: number | null;
  latencyMs: number;
  problem: string | null;
}

/** Every provider, asked now or a moment ago. Who asks while others wait gets their answer. */
export function createDeepHealth(parts: Parts): () => Promise<ProviderDepth[]> {
  let last: { askedUs: number; probes: Promise<ProbeResult[]> } | null = null;
  const askAll = async (): Promise<ProbeResult[]> => {
    const found = await Promise.all([...parts.config.live().instances.keys()].map((id) => probe(parts, id)));
    return found.filter((each) => each !== null);
  };
  return async () => {
    const nowUs = parts.clock.monotonicUs();
    if (last === null || nowUs - last.askedUs > DEEP_TTL_US) last = { askedUs: nowUs, probes: askAll() };
    const probes = await last.probes;
    const circuits = parts.health.circuits();
    return probes.map(({ provider, reachable, authenticated, models, latencyMs, problem }) => {
      const own = circuits.filter((circuit) => circuit.provider === provider);
      return {
        id: provider,
        reachable,
        authenticated,
        circuit: own.find(({ model }) => model === null)?.circuit ?? "closed",
        modelsDown: own.flatMap(({ model }) => model ?? []),
        models: models ?? parts.config.live().instances.get(provider)?.declaredModels?.length ?? null,
        latencyMs,
        problem,
      };
    });
  };
}
