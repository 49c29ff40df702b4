/** The way back: an answer's calls under the names that the client gave, its opaque state wrapped for a client of another wire. */

import { answerEvents, createCollector, type IrAnswer, type IrEvent, type OpenPart } from "../../ir/answer.ts";
import { idText } from "../../ir/exchange-record.ts";
import type { Opaque, Part, TextPart } from "../../ir/part.ts";
import type { ProviderWire, WireProtocol } from "../../ir/protocol.ts";
import { asObject } from "../loose-json.ts";
import type { Adapted } from "./adapt.ts";
import { type CarriedThought, createThoughtCarrier } from "./carried-thoughts.ts";
import { wrapOpaque } from "./opaque.ts";
import { createPlainWords, tierFor } from "./plain-words.ts";
import { shortHash } from "./short-hash.ts";
import { TEXT_ARGUMENT } from "./tools.ts";

export interface RestoreContext {
  client: WireProtocol;
  adapted: Pick<Adapted, "names" | "wrapped">;
  /** The provider instance and model that answer. */
  provider: string;
  providerWire: ProviderWire;
  model: string;
  exchangeId: number;
}

export interface Restorer {
  push(event: IrEvent): IrEvent[];
  /** More of the open part would pass as it is, and be forgotten. */
  passesText(): boolean;
}

/** These clients send back what they were given as state of a thought. */
const keepsState = (client: WireProtocol): boolean => client === "anthropic-messages" || client === "openai-responses";

/** Ids that every wire takes back. */
const LEGAL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

export function createRestorer(context: RestoreContext): Restorer {
  const { client, adapted } = context;
  let calls = 0;
  /** A thought is open that nothing was signed of yet. */
  let isUnsigned = false;
  /** The arguments of a call whose text is to be taken out of its JSON; null while no such call is open. */
  let held: string[] | null = null;

  const carrier = client === "gemini-content" && context.providerWire !== client ? createThoughtCarrier() : null;

  const openCall = (part: Extract<OpenPart, { kind: "call" }>): IrEvent[] => {
    const known = adapted.names?.toClient(part.name) ?? null;
    held = adapted.wrapped.has(part.name) ? [] : null;
    calls++;
    const id = restoredCallId(part.id, calls, context);
    const { opaque, ...bare } = withoutHome(part, context);
    const restored: IrEvent = { type: "part-start", part: { ...bare, id, ...known } };
    const thoughts = carrier?.take() ?? [];
    if (thoughts.length > 0 && !opaque)
      return [{ ...restored, part: { ...restored.part, opaque: carry(thoughts, context) } as OpenPart }];
    if (!opaque) return [restored];
    if (opaque.wire === client) return [{ ...restored, part: { ...restored.part, opaque } as OpenPart }];
    const travels: Part = { kind: "thinking", text: "", redacted: true, opaque: wrap(opaque, true, context) };
    if (keepsState(client)) return [{ type: "part", part: travels }, restored];
    return client === "gemini-content"
      ? [{ ...restored, part: { ...restored.part, opaque: wrap(opaque, false, context) } as OpenPart }]
      : [restored];
  };

  // A thought without a signature would be refused by the client's own provider later on; marked, it is left out then.
  const sign = (): IrEvent[] => {
    isUnsigned = false;
    return [{ type: "opaque", opaque: wrap({ wire: context.providerWire, value: "" }, false, context) }];
  };

  const plain = context.providerWire === client ? null : createPlainWords(context.providerWire, client);

  return {
    passesText: () => held === null && carrier === null && plain?.passesText() !== false,
    push(said) {
      const event = plain ? plain.push(said) : said;
      carrier?.push(event);
      switch (event.type) {
        case "part-start":
          held = null;
          isUnsigned = event.part.kind === "thinking";
          return event.part.kind === "call"
            ? openCall(event.part)
            : [{ type: "part-start", part: withoutHome(event.part, context) }];
        case "delta":
          if (held === null) return [event];
          held.push(event.text);
          return [];
        case "part-end": {
          if (isUnsigned && keepsState(client)) return [...sign(), event];
          if (held === null) return [event];
          const text = freeText(held.join(""));
          held = null;
          return text === "" ? [event] : [{ type: "delta", text }, event];
        }
        case "opaque":
          isUnsigned = false;
          return [{ type: "opaque", opaque: wrap(event.opaque, false, context) }];
        case "part": {
          const part = withoutHome(event.part, context);
          return [{ type: "part", part: part.opaque ? { ...part, opaque: wrap(part.opaque, false, context) } : part }];
        }
        default:
          return [event];
      }
    },
  };
}

/** Opaque state for a client of another wire, which cannot tell what it is and brings it back. */
function wrap(opaque: Opaque, isCall: boolean, { client, provider, model }: RestoreContext): Opaque {
  if (opaque.wire === client) return opaque;
  return { wire: client, value: wrapOpaque({ opaque: { ...opaque, provider }, model, isCall }) };
}

/** Thoughts that travel on the call that follows them. */
function carry(thoughts: CarriedThought[], { client, provider, providerWire, model }: RestoreContext): Opaque {
  const opaque = { wire: providerWire, value: "", provider };
  return { wire: client, value: wrapOpaque({ opaque, model, isCall: false, thoughts }) };
}

/** Leaves out what only the provider's wire has a word for. */
function withoutHome<Piece extends { kind: string }>(part: Piece, context: RestoreContext): Piece {
  if (context.providerWire === context.client || !("home" in part)) return part;
  const { home: _, ...bare } = part;
  return bare as unknown as Piece;
}

/** The same for a whole answer. */
export function restoreAnswer(answer: IrAnswer, context: RestoreContext): IrAnswer {
  const [part] = answer.parts;
  if (answer.parts.length === 1 && part?.kind === "text" && isPlain(part))
    return restoreText(answer, part.text, context);
  const restorer = createRestorer(context);
  const collector = createCollector();
  for (const event of answerEvents(answer)) for (const restored of restorer.push(event)) collector.push(restored);
  const { home } = answer;
  return { ...collector.answer(), ...(home && context.providerWire === context.client ? { home } : {}) };
}

const isPlain = (part: TextPart): boolean => part.citations === undefined && part.opaque === undefined;

/** An answer that is a text and nothing else: the events that it would be would say the same. */
function restoreText(answer: IrAnswer, text: string, { client, providerWire }: RestoreContext): IrAnswer {
  const isForeign = providerWire !== client;
  const { id, model, finish, usage, counts, home } = answer;
  const serviceTier = isForeign ? tierFor(answer.serviceTier, client) : answer.serviceTier;
  const restored: IrAnswer = { id, model, parts: [{ kind: "text", text }], finish, usage };
  if (serviceTier !== undefined) restored.serviceTier = serviceTier;
  if (counts !== undefined) restored.counts = counts;
  if (home && !isForeign) restored.home = home;
  return restored;
}

/** The id that the client sees of a call: the provider's where every wire takes it, else one that is made from it. */
export function restoredCallId(id: string, place: number, context: Pick<RestoreContext, "exchangeId">): string {
  if (LEGAL_ID.test(id)) return id;
  return id === "" ? `call_${idText(context.exchangeId)}_${place}` : `call_${shortHash(id, 14)}`;
}

/** A model that was asked for `{"input": text}` mostly obeys; what it says instead is taken as the text. */
function freeText(args: string): string {
  try {
    const json: unknown = JSON.parse(args);
    if (typeof json === "string") return json;
    const object = asObject(json);
    const text = object?.[TEXT_ARGUMENT] ?? Object.values(object ?? {}).find((value) => typeof value === "string");
    return typeof text === "string" ? text : args;
  } catch {
    return args;
  }
}
