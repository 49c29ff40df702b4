/** What is known of requests that are under way and does not belong into their record: how they came in, and their trace. */
import { parseRequestId } from "../ir/exchange-record.ts";
import { PassingMap } from "../lib/passing-map.ts";
import { readTraceContext, type Sampling, type TraceContext } from "./trace-context.ts";

export interface RequestFacts {
  /** Null where no HTTP request came, as over a WebSocket. */
  method: string | null;
  /** Free of secrets. */
  path: string | null;
  /** What the client calls its request; free of secrets. */
  clientRequestId: string | null;
  /** What the gateway calls it, where it was told. */
  requestId?: string | undefined;
  /** Made when somebody first asks for it. */
  trace(): TraceContext;
  isStream: boolean;
}

export interface OpenRequests {
  begin(id: number, request: ArrivedRequest): RequestFacts;
  get(id: number): RequestFacts | undefined;
  /** It is over: answers once more. */
  take(id: number): RequestFacts | undefined;
  /** The trace behind a request id as logs write it; null when no such request is under way. */
  traceIdOf(requestId: string): string | null;
  streams(): number;
}

export interface ArrivedRequest {
  method?: string;
  path?: string;
  requestId?: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

const MAX_PATHS = 500;

/** What can stand in a header and a log line as it is. */
const CLIENT_ID = /^[\w.:@/+=-]{1,128}$/;

export function createOpenRequests(redact: (text: string) => string, sampling: Sampling): OpenRequests {
  const open = new PassingMap<RequestFacts>();
  // Nearly all requests come in on a handful of paths.
  const paths = new Map<string, string>();
  const cleanPath = (path: string): string => {
    const known = paths.get(path);
    if (known !== undefined) return known;
    const clean = redact(path);
    if (paths.size < MAX_PATHS && path.length < 100) paths.set(path, clean);
    return clean;
  };
  return {
    begin(id, { method, path, requestId, headers }) {
      const facts = new OpenRequest(
        method ?? null,
        path === undefined ? null : cleanPath(path),
        clientIdOf(headers, redact),
        requestId,
        headers["traceparent"],
        sampling,
      );
      open.set(id, facts);
      return facts;
    },
    get: (id) => open.get(id),
    take(id) {
      const facts = open.get(id);
      open.delete(id);
      return facts;
    },
    traceIdOf(requestId) {
      const id = parseRequestId(requestId);
      return (id === null ? undefined : open.get(id))?.trace().traceId ?? null;
    },
    streams() {
      let count = 0;
      for (const { isStream } of open) if (isStream) count++;
      return count;
    },
  };
}

class OpenRequest implements RequestFacts {
  readonly method: string | null;
  readonly path: string | null;
  readonly clientRequestId: string | null;
  readonly requestId: string | undefined;
  isStream = false;
  private readonly traceparent: string | string[] | undefined;
  private readonly sampling: Sampling;
  private known: TraceContext | null = null;

  constructor(
    method: string | null,
    path: string | null,
    clientRequestId: string | null,
    requestId: string | undefined,
    traceparent: string | string[] | undefined,
    sampling: Sampling,
  ) {
    this.method = method;
    this.path = path;
    this.clientRequestId = clientRequestId;
    this.requestId = requestId;
    this.traceparent = traceparent;
    this.sampling = sampling;
  }

  trace(): TraceContext {
    return (this.known ??= readTraceContext(this.traceparent, this.sampling));
  }
}

/** Two names are in use for it. One that holds a secret is none. */
function clientIdOf(headers: ArrivedRequest["headers"], redact: (text: string) => string): string | null {
  const sent = headers["x-request-id"] ?? headers["x-client-request-id"];
  if (typeof sent !== "string" || !CLIENT_ID.test(sent)) return null;
  return redact(sent) === sent ? sent : null;
}
