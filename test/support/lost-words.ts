/** Whether each text of a conversation reached the provider, wherever it stands there, and each call. */
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { Loss } from "../../src-gateway/ir/losses.ts";
import type { Part } from "../../src-gateway/ir/part.ts";
import type { ProviderWire } from "../../src-gateway/ir/protocol.ts";
import type { IrRequest } from "../../src-gateway/ir/request.ts";
import { readSaid } from "./read-said.ts";

/** The first text that vanished without a word, or how many calls did; null when all is there. */
export function lostWords(
  request: IrRequest,
  wire: ProviderWire,
  body: JsonObject,
  losses: readonly Loss[],
): string | null {
  // A second result for one call, or a call made twice, has no place; which one it was is not in the note.
  const isRepaired = losses.some(({ note }) => note.includes("did not match the calls"));
  const parts = request.turns.flatMap((turn) => turn.parts);
  const sent = JSON.stringify(body);
  const texts = parts.flatMap((part) => textsOf(part, isRepaired));
  const lost = texts.find((text) => text !== "" && !sent.includes(JSON.stringify(text).slice(1, -1)));
  if (lost !== undefined) return `"${lost}" is gone`;
  if (isRepaired) return null;
  const calls = parts.filter((part) => part.kind === "call").length;
  const made = readSaid(wire, body).reduce((count, message) => count + message.calls.length, 0);
  return made === calls ? null : `${calls} calls are ${made} now`;
}

/** White space around a text says nothing. */
function textsOf(part: Part, isRepaired: boolean): string[] {
  if (part.kind === "text" || part.kind === "refusal") return [part.text.trim()];
  if (part.kind !== "result" || isRepaired) return [];
  return part.parts.flatMap((inner) => textsOf(inner, isRepaired));
}
