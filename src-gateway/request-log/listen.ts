/**
 * Hears what goes by in an exchange, for the log. Nothing is copied: the buffers are those of the exchange, held until it
 * is over. An exchange that is not listened to has none of this.
 */
import type { Inbound, Reply } from "../exchange/types.ts";
import type { BodyHead, HeardBodies } from "./types.ts";

/** None of these can hold a credential. */
const HARMLESS_HEADERS = [
  "content-type",
  "accept",
  "user-agent",
  "anthropic-version",
  "anthropic-beta",
  "openai-beta",
  "x-tokligence-project",
  "x-tokligence-session",
  "x-tokligence-strict",
  "x-provider",
] as const;
const MAX_HEADER = 500;
const TEXTUAL = /json|event-stream|^text\//i;

export function listenTo<Kind extends Inbound>(inbound: Kind, maxBytes: number): Kind {
  const heard: HeardBodies = { head: headOf(inbound), request: null, requestBytes: 0, answer: [], answerBytes: 0 };
  const wholeBody = inbound.readBody.bind(inbound);
  return {
    ...inbound,
    heard,
    reply: new HeardReply(inbound.reply, heard, maxBytes),
    async readBody() {
      const held = await wholeBody();
      heard.requestBytes = held.bytes.length;
      heard.head.requestIsCut = held.bytes.length > maxBytes;
      heard.request = heard.head.requestIsCut ? held.bytes.subarray(0, maxBytes) : held.bytes;
      // The log still reads it when the exchange is over.
      return { ...held, release: () => held.release() };
    },
  };
}

function headOf(inbound: Inbound & { method?: string; route?: { path: string; provider: string | null } }): BodyHead {
  const headers: Record<string, string> = {};
  for (const name of HARMLESS_HEADERS) {
    const value = inbound.headers[name];
    if (typeof value === "string") headers[name] = value.slice(0, MAX_HEADER);
  }
  return {
    method: inbound.method ?? "POST",
    path: pathOf(inbound),
    headers,
    surface: inbound.target.surface,
    answerType: null,
    requestIsCut: false,
    answerIsCut: false,
    answerIsText: false,
    replayOf: inbound.replayOf ?? null,
  };
}

const PATHS: Readonly<Partial<Record<BodyHead["surface"], string>>> = {
  chat: "/v1/chat/completions",
  responses: "/v1/responses",
  messages: "/v1/messages",
  completions: "/v1/completions",
  embeddings: "/v1/embeddings",
};

/** The gateway's own path for it, whatever other path it came in on. */
function pathOf({ target, route }: Inbound & { route?: { path: string; provider: string | null } }): string {
  const path = route
    ? `/${route.provider ?? "v1"}${route.path}`
    : target.pathModel === null
      ? (PATHS[target.surface] ?? "/")
      : `/v1beta/${target.pathModel}:${target.pathMethod}`;
  return target.query === "" ? path : `${path}?${target.query}`;
}

class HeardReply implements Reply {
  private readonly reply: Reply;
  private readonly heard: HeardBodies;
  private readonly maxBytes: number;
  private isText = false;
  private heldBytes = 0;

  constructor(reply: Reply, heard: HeardBodies, maxBytes: number) {
    this.reply = reply;
    this.heard = heard;
    this.maxBytes = maxBytes;
  }

  get status(): number | null {
    return this.reply.status;
  }

  get bytesOut(): number {
    return this.reply.bytesOut;
  }

  get extraHeaders(): Record<string, string> {
    return this.reply.extraHeaders ?? NOWHERE;
  }

  get onDrain(): (() => void) | null {
    return this.reply.onDrain;
  }

  set onDrain(listener: (() => void) | null) {
    this.reply.onDrain = listener;
  }

  start(status: number, headers: Record<string, string>): void {
    if (this.reply.status === null) {
      const type = headers["content-type"] ?? headers["Content-Type"] ?? "";
      const encoding = headers["content-encoding"] ?? "identity";
      this.heard.head.answerType = type === "" ? null : type;
      this.isText = TEXTUAL.test(type) && encoding === "identity";
    }
    this.reply.start(status, headers);
  }

  write(bytes: Buffer): boolean {
    this.keep(bytes);
    return this.reply.write(bytes);
  }

  end(bytes?: Buffer): void {
    if (bytes) this.keep(bytes);
    this.reply.end(bytes);
  }

  cut(): void {
    this.reply.cut();
  }

  finished(): Promise<boolean> {
    return this.reply.finished();
  }

  private keep(bytes: Buffer): void {
    this.heard.answerBytes += bytes.length;
    if (!this.isText) return;
    const room = this.maxBytes - this.heldBytes;
    if (bytes.length > room) this.heard.head.answerIsCut = true;
    if (room <= 0) return;
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes;
    this.heldBytes += kept.length;
    this.heard.answer.push(kept);
  }
}

/** A reply that sends no headers of its own. */
const NOWHERE: Record<string, string> = {};
