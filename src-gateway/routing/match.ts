/** From a model name to the rule that decides. The order of the rules is the precedence; see docs/routing.md. */
import type { RoutePolicy } from "../settings/route-types.ts";
import { chosenProvider, requireRight } from "./chosen-provider.ts";
import { newestOf } from "./newest.ts";
import type { PlanContext } from "./plan-context.ts";
import { routeTableOf } from "./route-table.ts";
import { LOOPBACK, type PlanTarget } from "./types.ts";
import { useFirst } from "./use-route.ts";

export interface Match {
  /** The rule, in words. */
  matched: string;
  /** Empty when the rule decides and nobody it names can be asked. */
  targets: PlanTarget[];
  variant: string | null;
  policy?: RoutePolicy;
}

/** Model families and the catalogue kind that is their home, for models that nobody has listed yet. */
const FAMILIES: readonly [RegExp, string][] = [
  [/^(?:gpt-|chatgpt-|o\d|codex-|text-embedding-|davinci-|babbage-)/, "openai"],
  [/^claude-/, "anthropic"],
  [/^(?:gemini-|gemini-embedding-|text-embedding-00)/, "gemini"],
];

/** The first rule that is for this request; null when none is. @throws GatewayError forbidden, invalid_request */
export function matchRules(model: string, context: PlanContext): Match | null {
  const table = routeTableOf(context.input.config.routes);
  const asAsked = (): string => model;
  return (
    chosenProvider(model, context) ??
    useFirst(table.exact(model), context, asAsked) ??
    builtIn(model, context) ??
    prefixed(model, context) ??
    useFirst(table.anyModel, context, asAsked) ??
    useFirst(table.fitting(model), context, asAsked) ??
    listed(model, context) ??
    newest(model, context) ??
    family(model, context)
  );
}

function builtIn(model: string, context: PlanContext): Match | null {
  if (model !== LOOPBACK && !model.startsWith(`${LOOPBACK}/`)) return null;
  return matchOf("the built-in model", [LOOPBACK], model, context, () => "the built-in loopback model");
}

/** `provider/model`: patterns that begin with the provider, then the provider itself. */
function prefixed(model: string, context: PlanContext): Match | null {
  const { input } = context;
  const slash = model.indexOf("/");
  const name = model.slice(0, Math.max(0, slash));
  if (slash + 1 === model.length || !input.instances.has(name)) return null;
  const bare = model.slice(slash + 1);
  const prefix = `${name}/`;
  const whole = new Set(input.providersOf(model));
  // Some providers have slashes in their own names of models, such as "openai/gpt-oss-120b".
  const routed = useFirst(routeTableOf(input.config.routes).fitting(model, prefix), context, ({ provider }) =>
    whole.has(provider) ? model : bare,
  );
  if (routed) return routed;
  context.chosen.push(name);
  requireRight(name, context);
  return matchOf(
    `the provider in the name, "${prefix}"`,
    [name],
    bare,
    context,
    () => `the model name begins with "${prefix}"`,
  );
}

function listed(model: string, context: PlanContext): Match | null {
  const ids = context.input.providersOf(model).filter((id) => context.input.instances.has(id));
  if (ids.length === 0) return null;
  return matchOf("the providers that list the model", ids, model, context, (id) => `"${id}" lists the model`);
}

function newest(model: string, context: PlanContext): Match | null {
  const { input } = context;
  const found = newestOf(model, input.listed());
  const id = found[0]?.id;
  if (id === undefined) return null;
  const providers = found.filter((each) => each.id === id && input.instances.has(each.provider));
  if (providers.length === 0) return null;
  return matchOf(
    `the newest model of the name "${model}"`,
    providers.map(({ provider }) => provider),
    id,
    context,
    (provider) => `"${model}" stands for "${id}", the newest that "${provider}" lists`,
  );
}

function family(model: string, context: PlanContext): Match | null {
  const kind = FAMILIES.find(([names]) => names.test(model))?.[1];
  if (!kind) return null;
  const instances = [...context.input.instances.values()].filter((instance) => instance.kind === kind);
  if (instances.length === 0) return null;
  const ids = instances.map(({ id }) => id);
  const name = instances[0]?.name ?? kind;
  return matchOf(
    `the family of the name, ${name}`,
    ids,
    model,
    context,
    () => `names like "${model}" belong to ${name}`,
  );
}

function matchOf(
  matched: string,
  providers: readonly string[],
  model: string,
  { resolve }: PlanContext,
  reasonFor: (provider: string) => string,
): Match {
  const targets = providers.flatMap((provider): PlanTarget[] => {
    const target = resolve(provider, model);
    return target ? [{ ...target, reason: reasonFor(provider) }] : [];
  });
  return { matched, targets, variant: null };
}
