/**
 * A provider's opaque state in the hands of a client of another wire.
 *
 * Clients of Messages and Responses send back what stands in `signature` and `encrypted_content`, so another provider's
 * state travels there in a wrapping that says who made it. Coming back, it is unwrapped, and goes to its maker or nowhere.
 */

import type { Opaque, Part, ThinkingPart, Turn } from "../../ir/part.ts";
import { PROVIDER_WIRES, type ProviderWire } from "../../ir/protocol.ts";
import type { IrRequest } from "../../ir/request.ts";
import { expandSame, filterSame } from "../../lib/same-list.ts";
import { asArray, asObject, asText } from "../loose-json.ts";
import type { CarriedThought } from "./carried-thoughts.ts";
import type { LossCollector } from "./loss-collector.ts";
import type { AdaptTarget } from "./target.ts";

/** With the base64 of `{"` behind it, this cannot be the beginning of any provider's own state by chance. */
const PREFIX = "TKL1";
/** Without what it begins with: a search for a byte that is as frequent as a quote takes sixty times as long. */
const WRAPPED_MARK = Buffer.from(`${PREFIX}eyJ`.slice(1));

/** Whether wrapped state stands in a JSON body. */
export function holdsWrapped(body: Buffer): boolean {
  for (let at = body.indexOf(WRAPPED_MARK); at >= 0; at = body.indexOf(WRAPPED_MARK, at + 1))
    if (at >= 2 && body.toString("latin1", at - 2, at) === `"${PREFIX[0]}`) return true;
  return false;
}

export interface Wrapped {
  opaque: Opaque;
  /** The model that made it. */
  model: string;
  /** It belongs to the call that follows and not to the thought it travels in. */
  isCall: boolean;
  /** What was thought before the call that this travels on; `opaque` only says who thought it. */
  thoughts?: CarriedThought[];
}

export function wrapOpaque({ opaque, model, isCall, thoughts }: Wrapped): string {
  const json = JSON.stringify({
    w: opaque.wire,
    p: opaque.provider ?? "",
    m: model,
    v: opaque.value,
    ...(isCall ? { c: 1 } : {}),
    ...(thoughts ? { h: thoughts.map(({ text, value, redacted }) => [text, value, redacted ? 1 : 0]) } : {}),
  });
  return PREFIX + Buffer.from(json).toString("base64");
}

/** Null for state that this gateway did not wrap. */
function unwrapOpaque(value: string): Wrapped | null {
  if (!value.startsWith(PREFIX)) return null;
  try {
    const json = asObject(JSON.parse(Buffer.from(value.slice(PREFIX.length), "base64").toString()));
    const wire = PROVIDER_WIRES.find((each) => each === json?.["w"]);
    if (!json || !wire) return null;
    const provider = asText(json["p"]);
    const opaque: Opaque = { wire, value: asText(json["v"]) ?? "", ...(provider ? { provider } : {}) };
    const thoughts = Array.isArray(json["h"]) ? json["h"].flatMap(readThought) : [];
    const model = asText(json["m"]) ?? "";
    return { opaque, model, isCall: json["c"] === 1, ...(thoughts.length > 0 ? { thoughts } : {}) };
  } catch {
    return null;
  }
}

function readThought(value: unknown): CarriedThought[] {
  const [text, state, redacted] = asArray(value);
  if (typeof text !== "string" || typeof state !== "string") return [];
  return [{ text, value: state, ...(redacted === 1 ? { redacted: true } : {}) }];
}

/** Only its maker gets it back: the same wire, and where that is known the same provider and model. */
function mayReturn(opaque: Opaque, model: string | null, source: ProviderWire, target: AdaptTarget): boolean {
  if (opaque.wire !== target.wire) return false;
  if (model === null) return source === target.wire;
  return opaque.provider === target.provider && model === target.model;
}

/** Puts every piece of opaque state where the target made it, and takes away the rest, thoughts without a signature included. */
export function adaptOpaque(request: IrRequest, target: AdaptTarget, losses: LossCollector): Turn[] {
  if (!request.turns.some(({ parts }) => mayHoldState(parts))) return request.turns;
  let pending: Opaque | null = null;
  const keepsThoughts = target.wire === "openai-chat" && target.compat.has("reasoning-content");
  const adaptPart = (part: Part): Part | Part[] => {
    if (part.kind === "result") {
      const parts = expandSame(part.parts, adaptPart);
      return parts === part.parts ? part : { ...part, parts };
    }
    if (part.kind === "call" && pending !== null && part.opaque === undefined) {
      const opaque = pending;
      pending = null;
      return { ...part, opaque };
    }
    if (part.kind !== "thinking" && part.opaque === undefined) return part;
    const wrapped = part.opaque ? unwrapOpaque(part.opaque.value) : null;
    const opaque = wrapped?.opaque ?? part.opaque;
    const returns = opaque !== undefined && mayReturn(opaque, wrapped?.model ?? null, request.source, target);
    if (part.kind === "call" && wrapped?.thoughts) {
      const { opaque: _, ...call } = part;
      if (!returns) losses.note("thinking");
      return returns ? [...unpack(wrapped, wrapped.thoughts), call] : [call];
    }
    if (wrapped?.isCall && part.kind === "thinking") {
      if (returns) pending = wrapped.opaque;
      return [];
    }
    if (returns) return { ...part, opaque };
    const { opaque: _, ...bare } = part;
    if (part.kind !== "thinking") return bare;
    // Its own wire takes an unsigned thought as it always did.
    if (opaque === undefined && request.source === target.wire) return part;
    if (keepsThoughts && part.text !== "") return bare;
    losses.note("thinking");
    return [];
  };
  const isCarried = request.source === "gemini-content" && target.wire !== request.source;
  return expandSame(request.turns, (turn): Turn | Turn[] => {
    const adapted = expandSame(turn.parts, adaptPart);
    const parts = isCarried ? withoutRepeated(adapted) : adapted;
    if (parts === turn.parts) return turn;
    return parts.length === 0 && turn.parts.length > 0 ? [] : { ...turn, parts };
  });
}

/** Of a tool's result a part may have some. */
function mayHoldState(parts: readonly Part[]): boolean {
  for (const part of parts)
    if (part.kind === "thinking" || part.kind === "result" || part.opaque !== undefined) return true;
  return false;
}

const unpack = ({ opaque }: Wrapped, thoughts: readonly CarriedThought[]): ThinkingPart[] =>
  thoughts.map(({ text, value, redacted }) => ({
    kind: "thinking",
    text,
    ...(redacted ? { redacted } : {}),
    opaque: { ...opaque, value },
  }));

/** A client that keeps thoughts gives back both them and what travelled on the call. */
function withoutRepeated(parts: Part[]): Part[] {
  const seen = new Set<string>();
  return filterSame(parts, (part) => {
    if (part.kind !== "thinking" || !part.opaque) return true;
    const key = `${part.opaque.value}\n${part.text}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
