/**
 * Pure decisions: which providers should be asked for a model, in which order, and why.
 *
 * `routing/` knows no clock, no network and no request bodies; the same values always give the same plan, and the plan
 * carries its reasons, so that what the log shows is what was done.
 */
import { GatewayError } from "../ir/errors.ts";
import type { ProviderWire, Surface } from "../ir/protocol.ts";
import { matchRules } from "./match.ts";
import type { Plan, PlanInput, PlanTarget } from "./types.ts";

/** @throws GatewayError model_not_found, protocol_not_spoken */
export function makePlan(input: PlanInput): Plan {
  const model = resolveAlias(input.model, input.config.aliases);
  const candidates = matchRules(model, input);
  if (candidates.length === 0) {
    throw new GatewayError(
      "model_not_found",
      `No provider serves the model "${clip(input.model)}". GET /v1/models lists what there is; add a provider, a route or an alias for it.`,
      { param: "model" },
    );
  }
  const speaking = candidates.flatMap((candidate): PlanTarget[] => {
    const wire = candidate.instance === null ? input.wire : chooseWire(candidate.instance.protocols, input);
    return wire === null ? [] : [{ ...candidate, wire }];
  });
  if (speaking.length === 0) {
    const names = candidates.map((target) => `"${target.provider}"`).join(", ");
    throw new GatewayError(
      "protocol_not_spoken",
      `The model "${clip(model)}" is served by ${names}, which cannot be spoken to in ${input.wire}. Use a client or a provider that shares a protocol with the other.`,
      { param: "model" },
    );
  }
  return { model, targets: speaking };
}

/** What can be said in another wire's words; the rest is relayed or not sent. */
const TRANSLATED: ReadonlySet<Surface> = new Set(["chat", "completions", "responses", "messages", "gemini"]);

/** The wires that carry most come first: a provider's own one, and those that keep thoughts. */
const PREFERRED: readonly ProviderWire[] = [
  "bedrock-converse",
  "cohere-chat",
  "anthropic-messages",
  "gemini-content",
  "openai-responses",
  "openai-chat",
  "ollama-chat",
];

function chooseWire(
  spoken: Partial<Record<ProviderWire, string>>,
  { wire, surface, workMode }: Pick<PlanInput, "wire" | "surface" | "workMode">,
): ProviderWire | null {
  if (spoken[wire] !== undefined) return wire;
  if (workMode === "passthrough" || !TRANSLATED.has(surface)) return null;
  return PREFERRED.find((each) => spoken[each] !== undefined) ?? null;
}

function resolveAlias(asked: string, aliases: Record<string, string>): string {
  let model = asked;
  const seen = new Set<string>();
  while (Object.hasOwn(aliases, model) && !seen.has(model)) {
    seen.add(model);
    model = aliases[model] ?? model;
  }
  return model;
}

const clip = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
