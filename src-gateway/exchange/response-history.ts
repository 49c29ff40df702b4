/**
 * Requests of Responses that go on from an answer by its id: what went before is put in front of them where the gateway
 * knows it, and answers that the gateway writes itself are kept for the next request. Whoever does not know what went
 * before is not asked.
 */
import type { IrAnswer } from "../ir/answer.ts";
import { GatewayError } from "../ir/errors.ts";
import { jsonBytes } from "../lib/json-bytes.ts";
import { editJson } from "../lib/json-edit.ts";
import { scanJson } from "../lib/json-scan.ts";
import type { Soon } from "../lib/soon.ts";
import type { ClientCodec } from "../protocols/codec.ts";
import type { EncodeContext, RequestBody, StreamReader } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import { itemsOfInput } from "../responses-state/item-texts.ts";
import type { ItemsText } from "../responses-state/types.ts";
import type { PlanTarget } from "../routing/types.ts";
import type { ExchangeState } from "./state.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

/** What a request of Responses goes on from. */
export interface Continuation {
  /** As the client named it; null when it begins a conversation. */
  previousId: string | null;
  /** The answer before all that the request now holds, which only its provider can know; null when the request is whole. */
  unknownId: string | null;
  /** How the answer is kept; null when the client does not want it to be. */
  keep: { previousId: string | null; items: ItemsText | null } | null;
  /** To whom answers belong. */
  owner: string;
}

/**
 * The request with its history, as far as that is known.
 * @throws GatewayError body_too_large
 */
export function recallHistory(
  inbound: Inbound,
  world: ExchangeWorld,
  body: RequestBody,
  userId: number | null,
): Soon<Recalled> {
  return inbound.target.surface === "responses" ? recall(inbound, world, body, userId) : { body, continuation: null };
}

interface Recalled {
  body: RequestBody;
  /** Null for every other surface. */
  continuation: Continuation | null;
}

async function recall(
  inbound: Inbound,
  world: ExchangeWorld,
  body: RequestBody,
  userId: number | null,
): Promise<Recalled> {
  const owner = String(userId ?? 0);
  const { members } = body.root;
  const textOf = (name: string): string => {
    const member = members.get(name);
    return member ? body.bytes.toString("utf8", member.start, member.end) : "null";
  };
  const isKept = textOf("store") !== "false";
  const items = itemsOfInput(textOf("input"));
  const previousId = JSON.parse(textOf("previous_response_id")) as string | null;
  if (previousId === null) {
    return { body, continuation: { previousId, unknownId: null, keep: isKept ? { previousId, items } : null, owner } };
  }
  const { answers, providers } = world.responses;
  const isTheirs = providers.find(previousId)?.owner === owner;
  // What is kept is gone on from there; then the chain grows by what is new alone.
  const kept = isKept && !isTheirs ? await answers.history(previousId, owner) : null;
  if (kept) {
    const keep = { previousId, items };
    return { body: withHistory(body, kept, items, null), continuation: { previousId, unknownId: null, keep, owner } };
  }
  const recent = inbound.transcript?.(previousId) ?? { items: [], before: previousId };
  const wasAsked = recent.before === previousId && (isKept || isTheirs);
  const older = recent.before === null || wasAsked ? null : await answers.history(recent.before, owner);
  const history = [...(older ?? []), ...recent.items];
  const unknownId = older ? null : recent.before;
  const whole = [...history, ...(items === null ? [] : [items])].join(",");
  const keep = isKept ? { previousId: unknownId, items: whole === "" ? null : whole } : null;
  return {
    body: unknownId === previousId ? body : withHistory(body, history, items, unknownId),
    continuation: { previousId, unknownId, keep, owner },
  };
}

function withHistory(
  body: RequestBody,
  history: ItemsText[],
  items: ItemsText | null,
  before: string | null,
): RequestBody {
  const bytes = editJson(body.bytes, body.root, {
    input: `[${[...history, ...(items === null ? [] : [items])].join(",")}]`,
    previous_response_id: before === null ? null : JSON.stringify(before),
  });
  return { bytes, root: scanJson(bytes) };
}

/** @throws GatewayError previous_response_not_found when nobody is left. */
export function targetsThatKnow(state: ExchangeState): PlanTarget[] {
  const { plan, continuation } = state;
  const unknownId = continuation?.unknownId ?? null;
  if (unknownId === null) return plan.targets;
  const knowing = plan.targets.filter(
    (target) => target.instance !== null && target.wire === "openai-responses" && !state.mustTranslate(target),
  );
  if (knowing.length > 0) return knowing;
  throw new GatewayError(
    "previous_response_not_found",
    `Previous response with id '${unknownId.slice(0, 100)}' not found. The gateway does not keep it, and the provider of this model cannot know it. Send the whole conversation as input.`,
    { param: "previous_response_id" },
  );
}

/** Clients are shown what they asked for, not what it was turned into. */
function shownTo({ keep, previousId }: Continuation, context: EncodeContext): EncodeContext {
  const { request } = context;
  if (!request) return context;
  return {
    ...context,
    request: { ...request, store: keep !== null, ...(previousId === null ? {} : { previousId }) },
  };
}

function save({ continuation, world, head }: ExchangeState, target: PlanTarget, id: unknown, response: string): void {
  const keep = continuation?.keep;
  if (!keep || typeof id !== "string") return;
  const { owner } = continuation;
  world.responses.answers.save({ ...keep, id, owner, model: head.model, provider: target.provider, response });
}

/** A whole answer as bytes for the client; what is written for one of Responses is kept. */
export function writeAnswer(
  answer: IrAnswer,
  context: EncodeContext,
  state: ExchangeState,
  target: PlanTarget,
): Buffer {
  const codec = WIRES[state.inbound.wire];
  const { continuation } = state;
  if (!continuation) return jsonBytes(codec.encodeAnswer(answer, context));
  const response = codec.encodeAnswer(answer, shownTo(continuation, context));
  const bytes = jsonBytes(response);
  if (continuation.keep) save(state, target, response["id"], bytes.toString("utf8"));
  return bytes;
}

/** The same codec; what it writes for a client of Responses is kept. */
export function keepingCodec(codec: ClientCodec, state: ExchangeState, target: PlanTarget): ClientCodec {
  const { continuation } = state;
  if (!continuation) return codec;
  const { keep } = continuation;
  return {
    ...codec,
    encodeAnswer(answer, context) {
      const response = codec.encodeAnswer(answer, shownTo(continuation, context));
      if (keep) save(state, target, response["id"], JSON.stringify(response));
      return response;
    },
    createStreamEncoder(context) {
      const encoder = codec.createStreamEncoder(shownTo(continuation, context));
      return {
        push(event) {
          const frames = encoder.push(event);
          if (keep && event.type === "end") {
            const response = responseOf(frames);
            if (response) save(state, target, response.id, response.text);
          }
          return frames;
        },
      };
    },
  };
}

/** The response in the last of these frames, which is the one that ends a stream. */
function responseOf(frames: Buffer): { id: unknown; text: string } | null {
  const start = frames.lastIndexOf("\ndata: ");
  if (start < 0) return null;
  const data = frames.subarray(start + "\ndata: ".length, frames.lastIndexOf("\n\n"));
  const response = scanJson(data).members.get("response");
  if (!response) return null;
  const text = data.subarray(response.start, response.end);
  const id = scanJson(text).members.get("id");
  return id ? { id: JSON.parse(text.toString("utf8", id.start, id.end)), text: text.toString("utf8") } : null;
}

const RESPONSE_ID = /"id"\s*:\s*"(resp_[\w-]{1,200})"/;
/** An id stands at the beginning of an answer; of a whole one no more than this is looked at. */
const LOOKED_AT_BYTES = 4096;

/** Hears the id of an answer that a provider keeps, so that calls about it can be sent there; null where none is kept. */
export function createIdListener(state: ExchangeState, target: PlanTarget): ((bytes: Buffer) => void) | null {
  const { continuation, world } = state;
  if (!continuation?.keep) return null;
  let isOver = false;
  return (bytes) => {
    if (isOver) return;
    const id = RESPONSE_ID.exec(bytes.toString("latin1", 0, LOOKED_AT_BYTES))?.[1];
    if (id === undefined) return;
    isOver = true;
    world.responses.providers.note(id, continuation.owner, target.provider);
  };
}

export function listeningReader(reader: StreamReader, listen: ((bytes: Buffer) => void) | null): StreamReader {
  if (!listen) return reader;
  return {
    facts: reader.facts,
    push(frame) {
      listen(frame.raw);
      return reader.push(frame);
    },
    end: () => reader.end(),
  };
}
