import type { Home } from "../affinity/types.ts";
import type { Principal } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { IrRequest } from "../ir/request.ts";
import type { AdmissionRequest } from "../limits/types.ts";
import { holdsWrapped } from "../protocols/adapt/opaque.ts";
import { asObject } from "../protocols/loose-json.ts";
import type { RequestBody, RequestHead } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import type { Plan, PlanTarget } from "../routing/types.ts";
import type { Audience } from "./audience.ts";
import type { RecordKeeper } from "./record.ts";
import type { Continuation } from "./response-history.ts";
import type { Spending } from "./spending.ts";
import type { StreamReply } from "./stream-reply.ts";
import type { AnsweredPrompt, ExchangeWorld, Inbound } from "./types.ts";
import { refusesThoughts, withoutThoughts } from "./without-thoughts.ts";

/** What the steps of one exchange share once the request is understood. */
export interface ExchangeState {
  /** Its reply and signal are those of the audience. */
  inbound: Inbound;
  audience: Audience;
  world: ExchangeWorld;
  keeper: RecordKeeper;
  spending: Spending<Plan>;
  principal: Principal;
  body: RequestBody;
  head: RequestHead;
  plan: Plan;
  /** Null when the caller wants the answer in one piece. */
  stream: StreamReply | null;
  /** What a request of Responses goes on from; null on every other surface. */
  continuation: Continuation | null;
  /** The request in neutral words; read at the first call. @throws GatewayError invalid_request */
  decode(): IrRequest;
  /** Whether a request to this target has to be spelled anew although both speak the same wire. */
  mustTranslate(target: PlanTarget): boolean;
  /** Whether the caller wants a refusal rather than a loss. */
  isStrict(target: PlanTarget): boolean;
  /** Tells one caller's remembered state from another's. */
  ownerKey: string;
  /** Where the conversation's last turns went, and its prompt is cached. */
  home: Home | null;
  settleHome(home: Home): void;
  /** Who has answered a turn of a conversation. */
  answeredBy: Home | null;
  /** What the last provider was sent in other words than the client's. */
  sent: AnsweredPrompt["sent"];
  admission: AdmissionRequest;
  /** True, once, when the error is about thoughts that the request can go on without; from then on it does. */
  retryWithoutThoughts(error: GatewayError): boolean;
  readonly leavesThoughtsOut: boolean;
}

type Understood = Pick<
  ExchangeState,
  | "inbound"
  | "audience"
  | "world"
  | "keeper"
  | "spending"
  | "principal"
  | "body"
  | "head"
  | "plan"
  | "stream"
  | "continuation"
  | "admission"
>;

export function createState(understood: Understood): ExchangeState {
  const { inbound, body, keeper, world } = understood;
  let decoded: IrRequest | null = null;
  let isWrapped: boolean | null = null;
  const ownerKey = String(keeper.record.apiKeyId ?? keeper.record.userId ?? 0);
  const conversation = isGenerating(inbound.target.surface)
    ? world.conversationOf({ inbound, body, model: understood.head.model, owner: ownerKey })
    : null;
  // Plain members only: an accessor gives each object a shape of its own, and shapes live until a full collection.
  const state: Omit<ExchangeState, "leavesThoughtsOut"> & { leavesThoughtsOut: boolean } = {
    ...understood,
    ownerKey,
    answeredBy: null,
    sent: null,
    home: conversation === null ? null : world.affinity.homeOf(conversation),
    settleHome(home) {
      if (conversation === null) return;
      world.affinity.settle(conversation, home);
      state.answeredBy = home;
    },
    leavesThoughtsOut: false,
    retryWithoutThoughts(error) {
      if (state.leavesThoughtsOut || !isGenerating(inbound.target.surface) || !refusesThoughts(error)) return false;
      state.leavesThoughtsOut = true;
      return true;
    },
    decode() {
      decoded ??= WIRES[inbound.wire].decodeRequest(parse(body.bytes), inbound.target);
      return state.leavesThoughtsOut ? withoutThoughts(decoded) : decoded;
    },
    mustTranslate(target) {
      if (target.wire === "anthropic-messages" && target.instance?.compat.has("messages-on-vertex")) return true;
      if (!isGenerating(inbound.target.surface)) return false;
      if (state.leavesThoughtsOut) return true;
      // State of another provider would be refused by this one, so it is taken out.
      isWrapped ??= holdsWrapped(body.bytes);
      return isWrapped || world.workMode === "translation";
    },
    isStrict: (target) => target.strict === true || isTrue(inbound.headers["x-tokligence-strict"]),
  };
  return state;
}

const GENERATING: ReadonlySet<string> = new Set(["chat", "responses", "messages", "gemini"]);
const isGenerating = (surface: string): boolean => GENERATING.has(surface);
const isTrue = (value: string | string[] | undefined): boolean => value === "true" || value === "1";

function parse(bytes: Buffer): Record<string, unknown> {
  const json = asObject(JSON.parse(bytes.toString("utf8")));
  if (!json) throw new GatewayError("invalid_json", "The body is not a JSON object.");
  return json;
}
