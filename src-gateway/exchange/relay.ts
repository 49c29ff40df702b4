/** Same wire on both sides: the caller's bytes go out with a few edits, the provider's come back untouched while a reader listens. */
import type { GatewayError } from "../ir/errors.ts";
import type { Surface } from "../ir/protocol.ts";
import type { AnswerFacts, Wire } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import type { ProviderTarget } from "./attempt.ts";
import { headersToClient } from "./forwarded-headers.ts";
import { createFrameReader, type FrameReader } from "./frame-reader.ts";
import type { Lane } from "./lane.ts";
import { createModelEcho, type ModelEcho } from "./model-echo.ts";
import { buildProviderRequest } from "./provider-request.ts";
import { createIdListener, listeningReader } from "./response-history.ts";
import type { ExchangeState } from "./state.ts";
import type { Framing } from "./stream-reply.ts";
import type { Headers } from "./types.ts";

export const createRelay = (state: ExchangeState, target: ProviderTarget): Lane => new Relay(state, target);

class Relay implements Lane {
  request: Lane["request"];
  readonly losses = [];
  readonly relaysErrors = true;
  readonly headersToClient = headersToClient;
  private readonly wire: Wire;
  private readonly surface: Surface;
  private readonly framing: Framing;
  private readonly hidesUsage: boolean;
  private readonly noteId: ReturnType<typeof createIdListener>;
  private readonly echo: ModelEcho | null;

  constructor(state: ExchangeState, target: ProviderTarget) {
    const { inbound, head, stream } = state;
    const { hidesUsage, request } = buildProviderRequest({
      wire: inbound.wire,
      target: inbound.target,
      body: state.body,
      head,
      headers: inbound.headers,
      instance: target.instance,
      model: target.model,
    });
    this.request = request;
    this.hidesUsage = hidesUsage;
    this.wire = WIRES[inbound.wire];
    this.surface = inbound.target.surface;
    this.framing = stream?.framing ?? "sse";
    this.noteId = createIdListener(state, target);
    this.echo = target.model === head.model ? null : createModelEcho(inbound.wire, head.model);
  }

  isStream(headers: Headers, first: Buffer): boolean {
    if (String(headers["content-type"] ?? "").includes("event-stream")) return true;
    const start = first.toString("latin1", 0, 64).trimStart();
    return this.framing === "json-array" ? start.startsWith("[") : !start.startsWith("{");
  }

  openFrames(): FrameReader {
    return createFrameReader({
      reader: listeningReader(this.wire.createStreamReader(this.surface), this.noteId),
      framing: this.framing,
      hidesUsage: this.hidesUsage,
      echo: this.echo,
    });
  }

  readWhole(body: Buffer): { facts: AnswerFacts; body: Buffer } {
    this.noteId?.(body);
    const facts = this.wire.readAnswer(body, this.surface);
    return { facts, body: this.echo ? this.echo(body) : body };
  }

  streamWhole(): null {
    return null;
  }

  decodeError(status: number, headers: Headers, body: Buffer): GatewayError {
    return this.wire.decodeError(status, headers, body);
  }
}
