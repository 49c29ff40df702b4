/**
 * The console's way to its gateway: the typed admin client over fetch, and whether the gateway answers at all.
 *
 * When a call does not get through, the connection is `down` until the gateway answers again; it asks by itself. `epoch`
 * grows with each return, so that whoever shows data knows to read it anew.
 */
import { ENDPOINT_TABLE } from "virtual:endpoint-table";
import {
  type AdminClient,
  AdminError,
  createAdminClient,
  saidIn,
  type Transport,
  type TransportReply,
  type TransportRequest,
} from "../../src-gateway/admin-api/contract/client.ts";
import { said } from "../i18n/gateway-words.ts";

export interface ConnectionState {
  isDown: boolean;
  epoch: number;
}

export interface GatewayConnection extends AdminClient {
  state: () => ConnectionState;
  subscribe: (listener: () => void) => () => void;
  /** What an endpoint answers with that is no JSON, such as a kept body. @throws AdminError */
  text: (path: string) => Promise<string>;
  /** Called when the gateway says that nobody is signed in any more. */
  onUnauthorized: (listener: () => void) => void;
  /** Asks now rather than at the next turn. */
  retry: () => void;
  /** For what bypasses `call`, such as the live stream, when it was cut. */
  check: () => void;
}

export interface ConnectionOptions {
  /** Origin of the gateway; the page's own when left out. */
  origin?: string;
  timeoutMs?: number;
  retryMs?: number;
}

export class GatewayUnreachable extends Error {
  override readonly name = "GatewayUnreachable";
}

export function createGatewayConnection({
  origin = "",
  timeoutMs = 20_000,
  retryMs = 1_500,
}: ConnectionOptions = {}): GatewayConnection {
  const listeners = new Set<() => void>();
  let unauthorized: () => void = () => {};
  let state: ConnectionState = { isDown: false, epoch: 0 };
  let timer: ReturnType<typeof setTimeout> | null = null;

  const change = (next: ConnectionState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const ask = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    try {
      const reply = await fetch(`${origin}/livez`, { cache: "no-store", signal: AbortSignal.timeout(timeoutMs) });
      await reply.arrayBuffer();
      if (!reply.ok) throw new GatewayUnreachable(`The gateway answered ${reply.status}.`);
      if (state.isDown) change({ isDown: false, epoch: state.epoch + 1 });
    } catch {
      lost();
    }
  };
  const lost = (): void => {
    timer ??= setTimeout(() => void ask(), retryMs);
    if (!state.isDown) change({ ...state, isDown: true });
  };

  const transport: Transport = async (request) => {
    try {
      return await send(origin, timeoutMs, request);
    } catch (cause) {
      lost();
      throw new GatewayUnreachable("The gateway does not answer.", { cause });
    }
  };
  const client = createAdminClient(transport, ENDPOINT_TABLE);

  return {
    async call(name, input) {
      try {
        return await client.call(name, input);
      } catch (error) {
        if (error instanceof AdminError && error.status === 401 && name !== "login") unauthorized();
        throw inWordsOfConsole(error);
      }
    },
    text: (path) => readText(`${origin}${path}`, timeoutMs),
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onUnauthorized(listener) {
      unauthorized = listener;
    },
    retry: () => void ask(),
    check: () => void ask(),
  };
}

async function send(origin: string, timeoutMs: number, request: TransportRequest): Promise<TransportReply> {
  const { method, path, body, headers } = request;
  const reply = await fetch(`${origin}${path}`, {
    method,
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(timeoutMs),
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  const header = (name: string): string | null => reply.headers.get(name);
  return { status: reply.status, json: parse(text), requestId: header("x-request-id"), etag: header("etag") };
}

async function readText(url: string, timeoutMs: number): Promise<string> {
  const reply = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(timeoutMs) });
  const text = await reply.text();
  if (reply.ok) return text;
  const { code, message } = saidIn(parse(text)) ?? { code: "unexpected_answer", message: `${reply.status}` };
  throw new AdminError(reply.status, code, said(message), reply.headers.get("x-request-id"));
}

function inWordsOfConsole(error: unknown): unknown {
  if (!(error instanceof AdminError)) return error;
  return new AdminError(error.status, error.code, said(error.message), error.requestId);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
