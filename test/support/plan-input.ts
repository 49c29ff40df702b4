/** What a plan is made from, for tests: everything has a plain value that can be left as it is. */
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import type { ProviderInstance } from "../../src-gateway/providers/types.ts";
import { NO_CONTENT } from "../../src-gateway/routing/content-facts.ts";
import type { ContentFacts, Plan, PlanInput, RequestFacts } from "../../src-gateway/routing/types.ts";
import type { RouteConfig, RouteNode } from "../../src-gateway/settings/route-types.ts";

export const instanceOf = (id: string, wires: WireProtocol[] = ["openai-chat"], kind = id): ProviderInstance => ({
  id,
  kind,
  name: id,
  protocols: Object.fromEntries(wires.map((wire) => [wire, `http://${id}.example`])),
  auth: {},
  credential: null,
  keys: [{ id: "default", credential: null, weight: 1 }],
  needsCredential: false,
  declaredModels: null,
  modelsEndpoint: null,
  headers: {},
  compat: new Set(),
  region: null,
  where: "test",
});

/** A route to providers by name, or to whatever is given. */
export function routeTo(match: string, targets: (string | RouteNode)[], more: Partial<RouteConfig> = {}): RouteConfig {
  return {
    match,
    strategy: targets.length > 1 ? "fallback" : "single",
    targets: targets.map((target) => (typeof target === "string" ? { provider: target } : target)),
    where: "test",
    ...more,
  };
}

export function factsOf(
  changes: Partial<Omit<RequestFacts, "content" | "field">> & {
    content?: Partial<ContentFacts>;
    fields?: Record<string, unknown>;
  } = {},
): RequestFacts {
  const { content, fields, ...rest } = changes;
  return {
    surface: "chat",
    wire: "openai-chat",
    agent: null,
    key: null,
    project: null,
    session: null,
    headers: {},
    nowMs: Date.UTC(2026, 2, 4, 12),
    timeZone: "UTC",
    bytes: 0,
    content: () => ({ ...NO_CONTENT, ...content }),
    field: (path) => fields?.[path],
    ...rest,
  };
}

interface PlanChanges extends Partial<Omit<PlanInput, "instances" | "listed" | "providersOf">> {
  routes?: RouteConfig[];
  aliases?: Record<string, string>;
  /** Names of plain providers, or providers that are not. */
  providers?: (string | ProviderInstance)[];
  /** Model → providers that list it. */
  lists?: Record<string, string[]>;
}

export function planInput(model: string, changes: PlanChanges = {}): PlanInput {
  const { routes = [], aliases = {}, providers = ["a", "b", "c"], lists = {}, ...rest } = changes;
  const instances = providers.map((each) => (typeof each === "string" ? instanceOf(each) : each));
  return {
    model,
    wire: "openai-chat",
    surface: "chat",
    workMode: "auto",
    config: { routes, aliases },
    instances: new Map(instances.map((instance) => [instance.id, instance])),
    listed: () => Object.entries(lists).flatMap(([id, owners]) => owners.map((provider) => ({ id, provider }))),
    providersOf: (name) => lists[name] ?? [],
    random: 0.5,
    ...rest,
  };
}

/** `provider` or `provider/model` where the target has another model than was asked for. */
export const targetsOf = ({ model, targets }: Plan): string[] =>
  targets.map((target) => (target.model === model ? target.provider : `${target.provider}/${target.model}`));

/** Targets that may be asked from a time on, and what is known of how fast they are. */
export function healthOf(
  state: Record<string, { availableAtMs?: number; p50Ms?: number | null; keys?: Record<string, number> }>,
): NonNullable<PlanInput["health"]> {
  const at = ({ provider, key }: { provider: string; key: string }): number =>
    state[provider]?.keys?.[key] ?? state[provider]?.availableAtMs ?? 0;
  return {
    availableAtMs: at,
    reason: (target) => (at(target) > 0 ? `${target.provider} cools down` : null),
    firstTokenP50Ms: (provider) => state[provider]?.p50Ms ?? null,
  };
}
