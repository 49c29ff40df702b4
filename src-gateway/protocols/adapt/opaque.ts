/**
 * A provider's opaque state in the hands of a client of another wire.
 *
 * Clients of Messages and Responses send back what stands in `signature` and `encrypted_content`, so another provider's
 * state travels there in a wrapping that says who made it. Coming back, it is unwrapped, and goes to its maker or nowhere.
 */

import type { Opaque, Part, Turn } from "../../ir/part.ts";
import { PROVIDER_WIRES, type ProviderWire } from "../../ir/protocol.ts";
import type { IrRequest } from "../../ir/request.ts";
import { asObject, asText } from "../loose-json.ts";
import type { LossCollector } from "./loss-collector.ts";
import type { AdaptTarget } from "./target.ts";

/** With the base64 of `{"` behind it, this cannot be the beginning of any provider's own state by chance. */
const PREFIX = "TKL1";
/** How wrapped state begins inside a JSON body. */
export const WRAPPED_MARK = Buffer.from(`"${PREFIX}eyJ`);

export interface Wrapped {
  opaque: Opaque;
  /** The model that made it. */
  model: string;
  /** It belongs to the call that follows and not to the thought it travels in. */
  isCall: boolean;
}

export function wrapOpaque({ opaque, model, isCall }: Wrapped): string {
  const json = JSON.stringify({
    w: opaque.wire,
    p: opaque.provider ?? "",
    m: model,
    v: opaque.value,
    ...(isCall ? { c: 1 } : {}),
  });
  return PREFIX + Buffer.from(json).toString("base64");
}

/** Null for state that this gateway did not wrap. */
export function unwrapOpaque(value: string): Wrapped | null {
  if (!value.startsWith(PREFIX)) return null;
  try {
    const json = asObject(JSON.parse(Buffer.from(value.slice(PREFIX.length), "base64").toString()));
    const wire = PROVIDER_WIRES.find((each) => each === json?.["w"]);
    if (!json || !wire) return null;
    const provider = asText(json["p"]);
    const opaque: Opaque = { wire, value: asText(json["v"]) ?? "", ...(provider ? { provider } : {}) };
    return { opaque, model: asText(json["m"]) ?? "", isCall: json["c"] === 1 };
  } catch {
    return null;
  }
}

/** Only its maker gets it back: the same wire, and where that is known the same provider and model. */
function mayReturn(opaque: Opaque, model: string | null, source: ProviderWire, target: AdaptTarget): boolean {
  if (opaque.wire !== target.wire) return false;
  if (model === null) return source === target.wire;
  return opaque.provider === target.provider && model === target.model;
}

/** Puts every piece of opaque state where the target made it, and takes away the rest, thoughts without a signature included. */
export function adaptOpaque(request: IrRequest, target: AdaptTarget, losses: LossCollector): Turn[] {
  let pending: Opaque | null = null;
  const keepsThoughts = target.wire === "openai-chat" && target.compat.has("reasoning-content");
  const adaptPart = (part: Part): Part[] => {
    if (part.kind === "result") return [{ ...part, parts: part.parts.flatMap(adaptPart) }];
    if (part.kind === "call" && pending !== null && part.opaque === undefined) {
      const opaque = pending;
      pending = null;
      return [{ ...part, opaque }];
    }
    if (part.kind !== "thinking" && part.opaque === undefined) return [part];
    const wrapped = part.opaque ? unwrapOpaque(part.opaque.value) : null;
    const opaque = wrapped?.opaque ?? part.opaque;
    const returns = opaque !== undefined && mayReturn(opaque, wrapped?.model ?? null, request.source, target);
    if (wrapped?.isCall) {
      if (returns) pending = wrapped.opaque;
      return [];
    }
    if (returns) return [{ ...part, opaque }];
    const { opaque: _, ...bare } = part;
    if (part.kind !== "thinking") return [bare];
    // Its own wire takes an unsigned thought as it always did.
    if (opaque === undefined && request.source === target.wire) return [part];
    if (keepsThoughts && part.text !== "") return [bare];
    losses.note("thinking");
    return [];
  };
  return request.turns.flatMap((turn) => {
    const parts = turn.parts.flatMap(adaptPart);
    return parts.length === 0 && turn.parts.length > 0 ? [] : [{ ...turn, parts }];
  });
}
