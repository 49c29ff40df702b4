/** From a model name to the providers that could serve it. The order of the rules is the precedence; see docs/routing.md. */
import type { ProviderInstance } from "../providers/types.ts";
import type { RouteConfig, RouteTarget } from "../settings/types.ts";
import { newestOf } from "./newest.ts";
import { type Candidate, LOOPBACK, type PlanInput } from "./types.ts";

/** Model families and the catalogue kind that is their home, for models that nobody has listed yet. */
const FAMILIES: readonly [RegExp, string][] = [
  [/^(?:gpt-|chatgpt-|o\d|codex-|text-embedding-|davinci-|babbage-)/, "openai"],
  [/^claude-/, "anthropic"],
  [/^(?:gemini-|gemini-embedding-|text-embedding-00)/, "gemini"],
];

/** The targets of the first rule that fits; empty when none does. */
export function matchRules(model: string, input: PlanInput): Candidate[] {
  const exact = input.config.routes.find((route) => route.match === model);
  if (exact) return routeTargets(exact, model, input);
  if (model === LOOPBACK || model.startsWith(`${LOOPBACK}/`)) {
    return [{ instance: null, provider: LOOPBACK, model, reason: "the built-in loopback model" }];
  }
  const slash = model.indexOf("/");
  const named = slash > 0 ? input.instances.get(model.slice(0, slash)) : undefined;
  if (named && slash + 1 < model.length) {
    return [
      {
        instance: named,
        provider: named.id,
        model: model.slice(slash + 1),
        reason: `the model name begins with "${named.id}/"`,
      },
    ];
  }
  const pattern = input.config.routes.find((route) => route.match.includes("*") && fits(route.match, model));
  if (pattern) return routeTargets(pattern, model, input);
  return listedTargets(model, input) ?? newestTargets(model, input) ?? familyTargets(model, input);
}

function routeTargets(route: RouteConfig, model: string, input: PlanInput): Candidate[] {
  const ordered = route.strategy === "weighted" ? byWeight(route.targets, input.random) : route.targets;
  const used = route.strategy === "single" ? ordered.slice(0, 1) : ordered;
  const targets: Candidate[] = [];
  for (const [place, target] of used.entries()) {
    const strict = route.strict ? { strict: true } : {};
    const reason = `route "${route.match}" (${route.strategy}), target ${place + 1} of ${used.length}`;
    if (target.provider === LOOPBACK) {
      targets.push({ instance: null, provider: LOOPBACK, model: target.model ?? model, ...strict, reason });
      continue;
    }
    const instance = input.instances.get(target.provider);
    if (instance) targets.push({ instance, provider: instance.id, model: target.model ?? model, ...strict, reason });
  }
  return targets;
}

/** One target drawn by weight comes first; the others follow in falling weight, for the case that it fails. */
function byWeight(targets: RouteTarget[], random: number): RouteTarget[] {
  const weightOf = (target: RouteTarget): number => target.weight ?? 1;
  const total = targets.reduce((sum, target) => sum + weightOf(target), 0);
  let left = random * total;
  const drawn = targets.find((target) => (left -= weightOf(target)) < 0) ?? targets[0];
  const others = targets.filter((target) => target !== drawn).sort((a, b) => weightOf(b) - weightOf(a));
  return drawn ? [drawn, ...others] : others;
}

function listedTargets(model: string, input: PlanInput): Candidate[] | null {
  const found: Candidate[] = [];
  for (const id of input.providersOf(model)) {
    const instance = input.instances.get(id);
    if (instance) found.push({ instance, provider: id, model, reason: `"${id}" lists the model` });
  }
  return found.length > 0 ? found : null;
}

function newestTargets(model: string, input: PlanInput): Candidate[] | null {
  const [newest, ...others] = newestOf(model, input.listed());
  if (!newest) return null;
  const targets = [newest, ...others.filter((other) => other.id === newest.id)].flatMap(
    ({ id, provider }): Candidate[] => {
      const instance = input.instances.get(provider);
      return instance
        ? [
            {
              instance,
              provider,
              model: id,
              reason: `"${model}" stands for "${id}", the newest that "${provider}" lists`,
            },
          ]
        : [];
    },
  );
  return targets.length > 0 ? targets : null;
}

function familyTargets(model: string, input: PlanInput): Candidate[] {
  const kind = FAMILIES.find(([names]) => names.test(model))?.[1];
  if (!kind) return [];
  const instances = [...input.instances.values()].filter((instance) => instance.kind === kind);
  return instances.map((instance: ProviderInstance) => ({
    instance,
    provider: instance.id,
    model,
    reason: `names like "${model}" belong to ${instance.name}`,
  }));
}

/** `*` stands for any run of characters, also an empty one. */
function fits(pattern: string, model: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  const last = parts[parts.length - 1] ?? "";
  if (!model.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = model.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return model.length - last.length >= at && model.endsWith(last);
}
