/**
 * The two halves of a codec: how a wire's JSON and frames become the neutral middle, and back. All of it is pure and
 * synchronous. `adapt/` has already fitted a foreign request to the target, so an encoder only spells: it meets no part,
 * tool or field that its wire has no word for, except those in `home`, which are its own.
 *
 * The law that tests hold every codec to: a request or answer that is decoded and encoded by the same wire is the same JSON.
 */
import type { IrAnswer, IrEvent } from "../ir/answer.ts";
import type { JsonObject } from "../ir/json.ts";
import type { ModelProfile } from "../ir/model-profile.ts";
import type { ProviderWire, WireProtocol } from "../ir/protocol.ts";
import type { IrRequest } from "../ir/request.ts";
import type { CopiedPieces, PieceFrame, Scratch } from "./piece-frame.ts";
import type { SseFrame } from "./sse/splitter.ts";
import type { EncodeContext, RequestTarget } from "./types.ts";

/** Where an encoded request goes. */
export interface EncodeTarget {
  model: string;
  profile: ModelProfile;
  compat: ReadonlySet<string>;
}

export interface StreamDecoder {
  /** The events that this frame amounts to; none for what is unknown or says nothing. Never throws. */
  push(frame: SseFrame): IrEvent[];
  /** The connection ended. The last event is `end` or `error`: a stream without its terminal frame is an error. */
  end(): IrEvent[];
  /**
   * The same as `push` for the frames that stand in `bytes` from `at` on and say nothing but more of the open text, as long as
   * the encoder's frames for them are `to`. Null where the first of them may say anything else. A decoder without it parses.
   */
  copyPieces?(bytes: Buffer, at: number, to: PieceFrame, scratch: Scratch): CopiedPieces | null;
}

export interface StreamEncoder {
  /** The frames for an event; an `end` or `error` event closes the stream. */
  push(event: IrEvent): Buffer;
  /**
   * What a delta with a text would be: these bytes around the text as JSON, for this one and all that follow, which need not be
   * pushed then. Null where it would be more, or nothing, or is kept. Left out by those that keep every text.
   */
  pieceFrame?(): PieceFrame | null;
}

/** The half that speaks to providers. */
export interface ProviderCodec {
  readonly id: ProviderWire;
  encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject;
  /**
   * @param goesAbroad to a client of another wire, for whom the answer needs no home.
   * @throws GatewayError when the answer is an error in the clothes of a success.
   */
  decodeAnswer(json: JsonObject, goesAbroad?: boolean): IrAnswer;
  createStreamDecoder(): StreamDecoder;
}

/** The half that speaks to clients. */
export interface ClientCodec {
  readonly id: WireProtocol;
  /** @throws GatewayError invalid_request with `param`, for what cannot be understood. */
  decodeRequest(json: JsonObject, target: RequestTarget): IrRequest;
  encodeAnswer(answer: IrAnswer, context: EncodeContext): JsonObject;
  createStreamEncoder(context: EncodeContext): StreamEncoder;
}

export type Codec = ProviderCodec & ClientCodec;
