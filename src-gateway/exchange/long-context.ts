/**
 * `[1m]` behind a model's name asks for Anthropic's context of a million tokens. Claude Code takes the suffix off itself;
 * other clients send it as it stands in their settings.
 */
import type { ProviderWire } from "../ir/protocol.ts";

const SUFFIX = /\[1m\]$/i;
const BETA = "context-1m-2025-08-07";

const asksForLongContext = (model: string): boolean => SUFFIX.test(model);
export const withoutSuffix = (model: string): string => (model.endsWith("]") ? model.replace(SUFFIX, "") : model);

/** The headers with the beta that the suffix stands for; other wires have no word for it, and models of their own size. */
export function withLongContext(
  headers: Record<string, string>,
  modelAsked: string,
  wire: ProviderWire,
): Record<string, string> {
  if (wire !== "anthropic-messages" || !asksForLongContext(modelAsked)) return headers;
  const known = headers["anthropic-beta"];
  if (known?.includes(BETA)) return headers;
  return { ...headers, "anthropic-beta": known ? `${known},${BETA}` : BETA };
}
