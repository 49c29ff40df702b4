/** A client of Responses over a WebSocket: sends events, and waits for those that come back. */
import WebSocket from "ws";

export interface ServerEvent {
  type: string;
  stream_id?: string;
  status?: number;
  error?: { code: string; message: string; param: string | null; headers?: Record<string, string> };
  response?: { id: string; status: string; model: string; output: unknown[]; [key: string]: unknown };
  [key: string]: unknown;
}

export interface ResponsesClient {
  socket: WebSocket;
  /** Everything that has come. */
  events: ServerEvent[];
  send(event: object | string): void;
  /** The next event, in order, that fits; those before it are passed over. */
  next(fits?: (event: ServerEvent) => boolean): Promise<ServerEvent>;
  /** Asks and waits for the end of the answer. */
  ask(body: object): Promise<ServerEvent>;
  closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
}

export const isLast = ({ type }: ServerEvent): boolean =>
  ["response.completed", "response.incomplete", "response.failed", "error"].includes(type);

/** Rejects with the status when the upgrade is refused. */
export async function openResponses(
  url: string,
  options: { token?: string | null; headers?: Record<string, string>; path?: string; autoPong?: boolean } = {},
): Promise<ResponsesClient> {
  const { token = null, path = "/v1/responses", autoPong = true } = options;
  const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...options.headers };
  const socket = new WebSocket(url.replace(/^http/, "ws") + path, { headers, autoPong });
  const events: ServerEvent[] = [];
  const waiting = new Set<() => void>();
  let read = 0;
  socket.on("message", (data) => {
    events.push(JSON.parse((data as Buffer).toString()) as ServerEvent);
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
    socket.once("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk) => (body += String(chunk)));
      response.on("end", () => reject(new UpgradeRefused(response.statusCode ?? 0, body)));
    });
  });
  const client: ResponsesClient = {
    socket,
    events,
    closed,
    send: (event) => socket.send(typeof event === "string" ? event : JSON.stringify(event)),
    next: (fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          while (read < events.length) {
            const event = events[read++];
            if (!event || !fits(event)) continue;
            waiting.delete(look);
            return resolve(event);
          }
          if (socket.readyState === WebSocket.CLOSED) reject(new Error("The connection closed before the event came."));
        };
        waiting.add(look);
        void closed.then(look);
        look();
      }),
    ask(body) {
      client.send({ type: "response.create", ...body });
      return client.next(isLast);
    },
    async close() {
      socket.close();
      await closed;
    },
  };
  return client;
}

export class UpgradeRefused extends Error {
  readonly status: number;
  readonly body: string;
  constructor(status: number, body: string) {
    super(`The upgrade was refused with ${status}.`);
    this.status = status;
    this.body = body;
  }
}
