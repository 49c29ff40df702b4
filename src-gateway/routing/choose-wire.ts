import type { ProviderWire, Surface } from "../ir/protocol.ts";
import type { PlanInput } from "./types.ts";

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

/** What a provider is spoken to in: the caller's own wire where it can; null where nothing fits. */
export function chooseWire(
  spoken: Partial<Record<ProviderWire, string>>,
  { wire, surface, workMode }: Pick<PlanInput, "wire" | "surface" | "workMode">,
): ProviderWire | null {
  if (spoken[wire] !== undefined) return wire;
  if (workMode === "passthrough" || !TRANSLATED.has(surface)) return null;
  return PREFERRED.find((each) => spoken[each] !== undefined) ?? null;
}
