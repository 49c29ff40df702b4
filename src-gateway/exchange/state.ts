import type { Home } from "../affinity/types.ts";
import type { Principal } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { IrRequest } from "../ir/request.ts";
import { jsonValues } from "../lib/json-values.ts";
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
  "inbound" | "audience" | "world" | "keeper" | "spending" | "principal" | "head" | "stream"
>;
type Planned = Pick<ExchangeState, "body" | "plan" | "continuation" | "admission">;

export const createState = (understood: Understood, planned: Planned): ExchangeState => new State(understood, planned);

class State implements ExchangeState {
  readonly inbound: Inbound;
  readonly audience: Audience;
  readonly world: ExchangeWorld;
  readonly keeper: RecordKeeper;
  readonly spending: Spending<Plan>;
  readonly principal: Principal;
  readonly body: RequestBody;
  readonly head: RequestHead;
  readonly plan: Plan;
  readonly stream: StreamReply | null;
  readonly continuation: Continuation | null;
  readonly admission: AdmissionRequest;
  readonly ownerKey: string;
  readonly home: Home | null;
  answeredBy: Home | null = null;
  sent: AnsweredPrompt["sent"] = null;
  leavesThoughtsOut = false;
  private readonly conversation: string | null;
  private decoded: IrRequest | null = null;
  private isWrapped: boolean | null = null;

  constructor(understood: Understood, planned: Planned) {
    const { inbound, head, keeper, world } = understood;
    const { body } = planned;
    this.inbound = inbound;
    this.audience = understood.audience;
    this.world = world;
    this.keeper = keeper;
    this.spending = understood.spending;
    this.principal = understood.principal;
    this.body = body;
    this.head = head;
    this.plan = planned.plan;
    this.stream = understood.stream;
    this.continuation = planned.continuation;
    this.admission = planned.admission;
    const owner = String(keeper.record.apiKeyId ?? keeper.record.userId ?? 0);
    this.ownerKey = owner;
    this.conversation = isGenerating(inbound.target.surface)
      ? world.conversationOf({ wire: inbound.wire, session: keeper.record.session, body, model: head.model, owner })
      : null;
    this.home = this.conversation === null ? null : world.affinity.homeOf(this.conversation);
  }

  settleHome(home: Home): void {
    if (this.conversation === null) return;
    this.world.affinity.settle(this.conversation, home);
    this.answeredBy = home;
  }

  retryWithoutThoughts(error: GatewayError): boolean {
    if (this.leavesThoughtsOut || !isGenerating(this.inbound.target.surface) || !refusesThoughts(error)) return false;
    this.leavesThoughtsOut = true;
    return true;
  }

  decode(): IrRequest {
    const { inbound, body } = this;
    this.decoded ??= WIRES[inbound.wire].decodeRequest(parse(body), inbound.target);
    return this.leavesThoughtsOut ? withoutThoughts(this.decoded) : this.decoded;
  }

  mustTranslate(target: PlanTarget): boolean {
    if (target.wire === "anthropic-messages" && target.instance?.compat.has("messages-on-vertex")) return true;
    if (!isGenerating(this.inbound.target.surface)) return false;
    if (this.leavesThoughtsOut) return true;
    // State of another provider would be refused by this one, so it is taken out.
    this.isWrapped ??= holdsWrapped(this.body.bytes);
    return this.isWrapped || this.world.workMode === "translation";
  }

  isStrict(target: PlanTarget): boolean {
    return target.strict === true || isTrue(this.inbound.headers["x-tokligence-strict"]);
  }
}

const GENERATING: ReadonlySet<string> = new Set(["chat", "responses", "messages", "gemini"]);
const isGenerating = (surface: string): boolean => GENERATING.has(surface);
const isTrue = (value: string | string[] | undefined): boolean => value === "true" || value === "1";

function parse({ bytes, root }: RequestBody): Record<string, unknown> {
  const json = asObject(jsonValues(bytes, root));
  if (!json) throw new GatewayError("invalid_json", "The body is not a JSON object.");
  return json;
}
