/** To whom a request on the straight path goes: whoever it names, whoever has its model, or the only one it can mean. */
import { GatewayError } from "../../ir/errors.ts";
import type { PlanRecord } from "../../ir/exchange-record.ts";
import { WIRE_PROTOCOLS, type WireProtocol } from "../../ir/protocol.ts";
import { surfacesOfKind } from "../../providers/surfaces.ts";
import type { ProviderInstance } from "../../providers/types.ts";
import { mayNotChoose } from "../../routing/chosen-provider.ts";
import { planRecordOf } from "../../routing/plan-record.ts";
import type { Plan } from "../../routing/types.ts";
import type { PlanQuestion } from "../types.ts";
import { chooseBase, providerUrl, wireOfBase } from "./provider-url.ts";
import type { PassthroughInbound, PassthroughTarget, PassthroughWorld } from "./types.ts";

export interface NamedProvider {
  instance: ProviderInstance;
  reason: string;
}

/**
 * The provider that the path, the header or the query names; null when none does.
 * @throws GatewayError not_found with the ids that there are; forbidden.
 */
export function namedProvider(
  inbound: PassthroughInbound,
  world: PassthroughWorld,
  mayChoose: (provider: string) => boolean,
): NamedProvider | null {
  const { likely } = inbound.route;
  const named = chosenByCaller(inbound, world);
  if (named && !mayChoose(named.instance.id)) throw mayNotChoose(named.instance.id);
  return named ?? (likely ? lookUp(likely.provider, likely.reason, world.instances()) : null);
}

function chosenByCaller(inbound: PassthroughInbound, world: PassthroughWorld): NamedProvider | null {
  const instances = world.instances();
  const { route } = inbound;
  if (route.provider !== null && !isWireName(inbound, world)) {
    return lookUp(route.provider, `the path begins with "/${route.provider}/"`, instances);
  }
  const header = inbound.headers["x-provider"];
  if (typeof header === "string" && header !== "") return lookUp(header, "the header x-provider", instances);
  const asked = new URLSearchParams(inbound.target.query).get("provider");
  if (route.provider === null && asked) return lookUp(asked, "provider= in the query", instances);
  return null;
}

export interface ChosenTargets {
  targets: PassthroughTarget[];
  plan: PlanRecord;
}

/** Where no rule had to decide. */
const chosen = (matched: string, target: PassthroughTarget): ChosenTargets => ({
  targets: [target],
  plan: {
    matched,
    targets: [
      {
        provider: target.instance.id,
        model: target.model ?? "",
        wire: wireOfBase(target.base),
        reason: target.reason,
      },
    ],
    leftOut: [],
    leftOutMore: 0,
    variant: null,
  },
});

/**
 * In order; more than one only where a route says so.
 * @throws GatewayError not_found, model_not_found, protocol_not_spoken, unsupported_operation, invalid_request.
 */
export async function chooseTargets(
  inbound: PassthroughInbound,
  world: PassthroughWorld,
  named: NamedProvider | null,
  asked: Pick<PlanQuestion, "request" | "mayChoose"> & { model: string | null },
): Promise<ChosenTargets> {
  const { model } = asked;
  const build = (instance: ProviderInstance, name: string | null, reason: string): PassthroughTarget => {
    if (!isServed(instance, inbound)) throw notServed(instance, inbound);
    const dialect = dialectOf(inbound) ?? (inbound.route.provider === null ? "openai-chat" : null);
    const base = chooseBase(instance, dialect, inbound.route);
    return {
      instance,
      base,
      url: providerUrl(instance, base, inbound.route, queryFor(inbound, name)),
      model: name,
      reason,
    };
  };
  if (named) return chosen("the provider that is named", build(named.instance, model, named.reason));
  let refusal: GatewayError | null = null;
  if (model !== null) {
    try {
      const plan = await planFor({ ...asked, model }, inbound, world);
      const { targets } = plan;
      const found = targets.flatMap(({ instance, model: name, reason }) =>
        instance && isServed(instance, inbound) ? [build(instance, name, reason)] : [],
      );
      if (found.length > 0) return { targets: found, plan: planRecordOf(plan) };
      const unfit = targets.find(({ instance }) => instance !== null)?.instance;
      if (unfit) throw notServed(unfit, inbound);
      throw new GatewayError(
        "unsupported_operation",
        "The built-in loopback model has conversation and embeddings only.",
      );
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || thrown.code !== "model_not_found") throw thrown;
      refusal = thrown;
    }
  }
  const only = onlyProvider(inbound, world);
  if (only) return chosen("the only provider that can be meant", build(only.instance, model, only.reason));
  throw refusal ?? undecided(inbound, world);
}

/** What lies below `/v1/responses/` is there only with those who speak Responses, and is nothing that could be translated. */
function isServed(instance: ProviderInstance, { route }: PassthroughInbound): boolean {
  const belongsToResponses = route.provider === null && route.dialect === "openai-responses";
  return !belongsToResponses || instance.protocols["openai-responses"] !== undefined;
}

function notServed(instance: ProviderInstance, { route }: PassthroughInbound): GatewayError {
  return new GatewayError(
    "unsupported_operation",
    `The provider "${instance.id}" does not speak Responses, so there is nobody to answer ${route.path.slice(0, 100)}. Ask for a model of a provider that does.`,
    { param: "model" },
  );
}

/** Nothing is translated here, so a provider may speak whatever it likes; but a plan is made for one wire at a time. */
async function planFor(
  question: Pick<PlanQuestion, "model" | "request" | "mayChoose">,
  inbound: PassthroughInbound,
  world: PassthroughWorld,
): Promise<Plan> {
  const { model } = question;
  const asked = { ...question, wire: inbound.wire, surface: inbound.route.surface };
  const others = WIRE_PROTOCOLS.map((wire) => ({ ...asked, wire }));
  // Conversation may go to providers that speak a wire of their own.
  for (const attempt of [asked, ...others, { ...asked, surface: "chat" as const }]) {
    try {
      return await world.plan(attempt);
    } catch (thrown) {
      if (!(thrown instanceof GatewayError) || thrown.code !== "protocol_not_spoken") throw thrown;
    }
  }
  throw new GatewayError(
    "protocol_not_spoken",
    `The provider of the model "${model.slice(0, 100)}" has no address to send this to. Name a provider by the header x-provider.`,
    { param: "model" },
  );
}

/** Whose headers or path these are; null when nothing tells. */
function dialectOf({ headers, route }: PassthroughInbound): WireProtocol | null {
  if (headers["anthropic-version"] !== undefined) return "anthropic-messages";
  if (headers["x-goog-api-key"] !== undefined) return "gemini-content";
  return route.dialect;
}

/** `/anthropic/…` is a base URL of the gateway itself as long as no provider is called so. */
function isWireName({ route }: PassthroughInbound, world: PassthroughWorld): boolean {
  return route.provider === "anthropic" && !world.instances().has("anthropic");
}

function lookUp(id: string, how: string, instances: ReadonlyMap<string, ProviderInstance>): NamedProvider {
  const instance = instances.get(id);
  if (instance) return { instance, reason: how };
  const known = [...instances.keys()].map((each) => `"${each}"`).join(", ");
  throw new GatewayError(
    "not_found",
    `There is no provider "${id.slice(0, 64)}" (${how}). ${known === "" ? "None is configured." : `Configured are ${known}.`}`,
    { param: "provider" },
  );
}

/** The only provider there is, or the only one that is known to have such a surface. */
function onlyProvider(inbound: PassthroughInbound, world: PassthroughWorld): NamedProvider | null {
  const instances = [...world.instances().values()];
  const [first] = instances;
  if (first && instances.length === 1) return { instance: first, reason: "the only provider" };
  const { surface } = inbound.route;
  const family = dialectOf(inbound) ?? "openai-chat";
  const offering = instances.filter(
    (each) => each.protocols[family] !== undefined && surfacesOfKind(each.kind)[family]?.includes(surface),
  );
  const [instance] = offering;
  if (!instance || offering.length > 1) return null;
  return { instance, reason: `the only provider that is known for ${surface}` };
}

function undecided({ route }: PassthroughInbound, world: PassthroughWorld): GatewayError {
  const ids = [...world.instances().keys()];
  const [first] = ids;
  if (first === undefined)
    return new GatewayError(
      "not_found",
      "No provider is configured, so nobody can answer this. Add one to gateway.yaml.",
    );
  const way = `the header x-provider, provider= in the query, or a path that begins with "/${first}/"`;
  return new GatewayError(
    "invalid_request",
    `Several providers could be meant by ${route.path.slice(0, 100)}. Name one of ${ids.join(", ")}: by ${way}, or by a model.`,
    { param: "x-provider" },
  );
}

/** The client's query without what was said to the gateway, and with the model's name as the provider knows it. */
function queryFor({ route, target }: PassthroughInbound, model: string | null): string {
  if (target.query === "") return "";
  const pairs = target.query.split("&").flatMap((pair) => {
    if (route.provider === null && /^provider(?:=|$)/.test(pair)) return [];
    const isModel = model !== null && pair.startsWith("model=");
    return [isModel && modelInQuery(pair) !== model ? `model=${encodeURIComponent(model)}` : pair];
  });
  return pairs.join("&");
}

/** The `model` of a query; null when it has none. */
export function modelInQuery(query: string): string | null {
  return new URLSearchParams(query).get("model") || null;
}
