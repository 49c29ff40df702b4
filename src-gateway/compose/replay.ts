/** Sends a kept request once more: through the same exchange as any other, for the one who asked for it. */

import { runExchange } from "../exchange/exchange.ts";
import type { ExchangeWorld, Inbound, Reply } from "../exchange/types.ts";
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { type RecordedSurface, type Surface, WIRE_OF_SURFACE } from "../ir/protocol.ts";
import { editJson } from "../lib/json-edit.ts";
import { JsonScanError, scanJson } from "../lib/json-scan.ts";
import { LeaveSignal } from "../lib/leaving.ts";
import type { PassingMap } from "../lib/passing-map.ts";
import type { ReplayQuestion } from "../request-log/types.ts";
import type { Parts } from "./parts.ts";
import { principalOfUser } from "./principal-of-user.ts";

export interface ReplaySide {
  parts: Parts;
  world: ExchangeWorld;
  nextId: () => number;
  /** Exchanges that have begun and not yet closed their record. */
  running: PassingMap<Promise<void>>;
}

const REPLAYABLE: ReadonlySet<RecordedSurface> = new Set([
  "chat",
  "responses",
  "messages",
  "gemini",
  "embeddings",
  "completions",
]);

const isReplayable = (surface: RecordedSurface): surface is Surface => REPLAYABLE.has(surface);

/** @returns the id of the new exchange, which has begun. @throws GatewayError */
export async function replayExchange(side: ReplaySide, question: ReplayQuestion): Promise<number> {
  const { parts, world, nextId, running } = side;
  const { record, stored } = question;
  const { surface } = record;
  if (!isReplayable(surface)) {
    throw new GatewayError("unsupported_operation", `Requests of the surface "${surface}" cannot be sent once more.`);
  }
  if (stored.request === null || stored.head.requestIsCut) {
    throw new GatewayError(
      "unsupported_operation",
      "Only the beginning of this request was kept, so it cannot be sent.",
    );
  }
  const principal = await principalOfUser(parts, question.userId);
  const { path, query } = splitPath(stored.head.path);
  const call = /^\/v1beta\/(.+):(\w+)$/.exec(path);
  const bytes = withModel(Buffer.from(stored.request), call ? null : question.model);
  const pathModel = call?.[1] ?? null;
  const id = nextId();
  const inbound: Inbound = {
    id,
    requestId: requestIdOf(id),
    arrivedUs: parts.clock.monotonicUs(),
    wire: WIRE_OF_SURFACE[surface],
    target: {
      surface,
      pathModel: pathModel !== null && question.model !== null ? `models/${question.model}` : pathModel,
      pathMethod: call?.[2] ?? null,
      query,
    },
    project: record.project,
    headers: headersOf(question),
    token: null,
    readBody: async () => ({ bytes, wireBytes: bytes.length, release() {} }),
    signal: new LeaveSignal(),
    reply: new UnreadReply(),
    replayOf: record.id,
  };
  // It is asked for in earnest: an answer that was just given would say nothing new.
  const own: ExchangeWorld = { ...world, joins: null, authenticate: () => principal };
  const exchange = runExchange(inbound, own)
    .catch((error: unknown) => parts.log.error({ err: error, requestId: inbound.requestId }, "exchange broke off"))
    .finally(() => running.delete(id));
  running.set(id, exchange);
  return id;
}

function splitPath(text: string): { path: string; query: string } {
  const mark = text.indexOf("?");
  return mark < 0 ? { path: text, query: "" } : { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

/** The bytes as they were, but for the model where another one is named. */
function withModel(bytes: Buffer, model: string | null): Buffer {
  if (model === null) return bytes;
  try {
    return editJson(bytes, scanJson(bytes), { model: JSON.stringify(model) });
  } catch (error) {
    // It is refused in the words in which it was the first time.
    if (error instanceof JsonScanError) return bytes;
    throw error;
  }
}

function headersOf({ stored, provider }: ReplayQuestion): Record<string, string> {
  const { "x-provider": _, ...headers } = stored.head.headers;
  return { ...headers, ...(provider === null ? {} : { "x-provider": provider }) };
}

/** Nobody reads it: the log hears what the answer is. */
class UnreadReply implements Reply {
  status: number | null = null;
  bytesOut = 0;
  onDrain: (() => void) | null = null;
  readonly extraHeaders: Record<string, string> = {};
  private isWhole = false;
  private tell: () => void = () => {};
  private readonly over = new Promise<void>((resolve) => {
    this.tell = resolve;
  });

  start(status: number): void {
    this.status ??= status;
  }

  write(bytes: Buffer): boolean {
    this.bytesOut += bytes.length;
    return true;
  }

  end(bytes?: Buffer): void {
    this.bytesOut += bytes?.length ?? 0;
    this.isWhole = true;
    this.tell();
  }

  cut(): void {
    this.tell();
  }

  async finished(): Promise<boolean> {
    await this.over;
    return this.isWhole;
  }
}
