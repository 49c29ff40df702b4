/**
 * The streaming side of a reply: starts it as late as possible, keeps it alive while the provider is silent, and knows
 * whether anything of an answer has gone out. It outlives a failed attempt, so that the next one can go on in its place.
 */
import type { WireProtocol } from "../ir/protocol.ts";
import { WIRES } from "../protocols/wires.ts";
import type { Reply } from "./types.ts";

export type Framing = "sse" | "json-array";

export interface StreamReply {
  readonly framing: Framing;
  /** A frame of the answer has been sent; before that another target may still take over. */
  readonly answering: boolean;
  /**
   * False when the caller is slow: pause until `onDrain`.
   * @param headers asked for with the first frames.
   */
  write(frames: Buffer, headers: () => Record<string, string>): boolean;
  /** No more keep-alives. */
  stop(): void;
}

export function createStreamReply(options: {
  reply: Reply;
  wire: WireProtocol;
  model: string;
  framing: Framing;
  keepAliveMs: number;
  /** Headers for the case that a keep-alive has to go out before any provider has answered. */
  earlyHeaders: Record<string, string>;
}): StreamReply {
  const { reply, framing, keepAliveMs } = options;
  const wire = WIRES[options.wire];
  const contentType = framing === "sse" ? "text/event-stream; charset=utf-8" : "application/json; charset=utf-8";
  let clientIsSlow = false;

  const begin = (headers: () => Record<string, string>): void => {
    if (reply.status !== null) return;
    // no-transform keeps proxies in front of us from buffering or recoding the stream.
    reply.start(200, {
      ...headers(),
      "content-type": contentType,
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
  };
  const timer = setTimeout(() => {
    // A caller that does not read what it already has is not helped by more; its own stall limit applies.
    if (!clientIsSlow) {
      begin(() => options.earlyHeaders);
      clientIsSlow = !reply.write(wire.keepAlive({ started: stream.answering, model: options.model, framing }));
    }
    timer.refresh();
  }, keepAliveMs);
  timer.unref();

  const stream = {
    framing,
    answering: false,
    write(frames: Buffer, headers: () => Record<string, string>) {
      begin(headers);
      stream.answering = true;
      timer.refresh();
      clientIsSlow = !reply.write(frames);
      return !clientIsSlow;
    },
    stop() {
      clearTimeout(timer);
    },
  };
  return stream;
}
