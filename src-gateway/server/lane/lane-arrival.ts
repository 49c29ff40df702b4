/** A usual request on a connection of the lane, and its answer. */
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { HeadFacts } from "../../exchange/head-facts.ts";
import type { Soon } from "../../lib/soon.ts";
import type { Arrival } from "../arrival.ts";
import type { Hold } from "../read-body.ts";
import type { Closing } from "./answer-head.ts";
import { LaneBody } from "./lane-body.ts";
import { LaneReply, type ReplyOwner } from "./lane-reply.ts";

/** The connection, as one of its requests sees it. */
export interface ArrivalOwner {
  readonly socket: Socket;
  /** Somebody takes what comes in, or it is dropped: it may go on. */
  readOn(): void;
  answered(arrival: LaneArrival, isWhole: boolean): void;
}

export interface ArrivalFacts {
  url: string;
  headers: Readonly<IncomingHttpHeaders>;
  head?: HeadFacts;
  bodyBytes: number;
  address: string | null;
}

export class LaneArrival implements Arrival, ReplyOwner {
  readonly method = "POST";
  readonly url: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly head: HeadFacts | undefined;
  readonly address: string | null;
  readonly closing: Closing;
  readonly body: LaneBody;
  isAnswered = false;
  reply: LaneReply | null = null;
  private readonly owner: ArrivalOwner;
  private isOver = false;
  private tellGone: (() => void) | null = null;

  constructor(owner: ArrivalOwner, facts: ArrivalFacts, closing: Closing) {
    this.owner = owner;
    this.url = facts.url;
    this.headers = facts.headers;
    this.head = facts.head;
    this.address = facts.address;
    this.body = new LaneBody(facts.bodyBytes);
    this.closing = closing;
  }

  get socket(): Socket {
    return this.owner.socket;
  }

  get isGone(): boolean {
    return this.isOver || (!this.isAnswered && this.socket.destroyed);
  }

  openReply(options: { requestId: string; stallMs: number }): LaneReply {
    if (this.reply === null) {
      this.reply = new LaneReply(this, options);
      if (this.isOver) this.reply.gone();
    }
    return this.reply;
  }

  onGone(listener: () => void): void {
    if (this.isOver) listener();
    else this.tellGone = listener;
  }

  collect(maxBytes: number, hold: Hold): Soon<Buffer> {
    const collecting = this.body.collect(maxBytes, hold);
    if (this.body.leftBytes > 0) this.owner.readOn();
    return collecting;
  }

  discardRest(maxBytes: number): void {
    if (this.body.leftBytes === 0 || this.isOver) return;
    this.body.discard(maxBytes);
    this.owner.readOn();
  }

  destroy(): void {
    if (!this.isAnswered) this.socket.destroy();
  }

  delivered(isWhole: boolean): void {
    this.isAnswered = true;
    this.owner.answered(this, isWhole);
  }

  /** The connection is closed. */
  gone(): void {
    this.isOver = true;
    if (!this.isAnswered) {
      this.reply?.gone();
      this.tellGone?.();
    }
    this.body.gone();
  }
}
