/** Sends a request the way a client does, and tells what comes back as it comes. */
import { API_PREFIX } from "../../../src-gateway/admin-api/contract/api-prefix.ts";
import { PLAYGROUND } from "../../../src-gateway/admin-api/contract/playground-endpoint.ts";
import { createEventStream, type StreamEvent } from "./event-stream.ts";
import type { WireRequest } from "./spell-request.ts";
import type { WireEvent } from "./talk.ts";

export interface AskListener {
  onHead: (head: { status: number; requestId: string | null }) => void;
  /** Those that came at once. */
  onEvents: (events: WireEvent[]) => void;
  /** The answer was no stream: an error, most often. */
  onBody: (text: string) => void;
}

/**
 * @param session names the conversation in the ledger.
 * @throws TypeError when the gateway is away or the answer breaks off, DOMException when the signal aborts.
 */
export async function askModel(
  { path, body }: WireRequest,
  { session, signal, listener }: { session: string; signal: AbortSignal; listener: AskListener },
): Promise<void> {
  const startedMs = performance.now();
  const reply = await fetch(`${API_PREFIX}${PLAYGROUND.path}${path}`, {
    method: "POST",
    cache: "no-store",
    credentials: "same-origin",
    signal,
    headers: { "content-type": "application/json", "x-tokligence-session": session },
    body: JSON.stringify(body),
  });
  listener.onHead({ status: reply.status, requestId: reply.headers.get("x-request-id") });
  const isStream = reply.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (!isStream || reply.body === null) return listener.onBody(await reply.text());
  const stream = createEventStream();
  const tell = (events: StreamEvent[]): void => {
    const atMs = performance.now() - startedMs;
    if (events.length > 0) listener.onEvents(events.map((event) => ({ ...event, atMs })));
  };
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    tell(stream.push(value));
  }
  tell(stream.finish());
}
