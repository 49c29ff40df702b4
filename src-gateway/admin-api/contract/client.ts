/** The typed client of the admin API: the same in the browser, the desktop shell and the command line. */
import { API_PREFIX } from "./api-prefix.ts";
import type { BodyOf, EndpointName, ParamsOf, QueryOf, ReplyOf } from "./endpoints.ts";

export interface TransportRequest {
  method: string;
  /** With prefix and query. */
  path: string;
  body: unknown;
  /** Beside those of every request. */
  headers?: Readonly<Record<string, string>>;
}

export interface TransportReply {
  status: number;
  json: unknown;
  requestId: string | null;
  /** The version of what was read; null or left out where it has none. */
  etag?: string | null;
}

/** How a request gets there: fetch, a socket, or a function call. */
export type Transport = (request: TransportRequest) => Promise<TransportReply>;

export class AdminError extends Error {
  override readonly name = "AdminError";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  constructor(status: number, code: string, message: string, requestId: string | null) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

export interface CallInput<Name extends EndpointName> {
  params?: ParamsOf<Name>;
  query?: Partial<Record<keyof QueryOf<Name>, string | number | boolean | undefined>>;
  body?: BodyOf<Name>;
  /** Of a POST: it is done once, however often it is sent with the same key within 24 hours. */
  idempotencyKey?: string;
  /** Changes only this version, as `onVersion` was told it. @throws AdminError precondition_failed when there is another. */
  ifMatch?: string;
  /** Told the version of what was read. */
  onVersion?: (etag: string) => void;
}

/** Endpoints that answer with a page of a list. */
export type PagedName = {
  [Name in EndpointName]: ReplyOf<Name> extends { items: unknown[]; nextCursor: string | null } ? Name : never;
}[EndpointName];
export type ItemOf<Name extends PagedName> = ReplyOf<Name>["items"][number];

export interface AdminClient {
  /** @throws AdminError */
  call<Name extends EndpointName>(name: Name, input?: CallInput<Name>): Promise<ReplyOf<Name>>;
}

/** What the client knows of an endpoint. Without `reply`, an answer is believed to have its form. */
export interface KnownEndpoint {
  method: string;
  path: string;
  reply?: { safeParse(json: unknown): { success: boolean; data?: unknown } };
}

const UNREADABLE = "The gateway's answer has not the expected form. Is it of another version?";

/** @param endpoints `ENDPOINTS`, which checks each answer; a bundle that comes with its gateway may leave the checks out. */
export function createAdminClient(
  transport: Transport,
  endpoints: Readonly<Record<EndpointName, KnownEndpoint>>,
): AdminClient {
  return {
    async call(name, input = {}) {
      const endpoint = endpoints[name];
      const reply = await transport({
        method: endpoint.method,
        path: pathOf(endpoint, input.params ?? {}, input.query ?? {}),
        body: endpoint.method === "GET" ? undefined : (input.body ?? {}),
        ...headersOf(input),
      });
      if (reply.status < 200 || reply.status > 299) throw toError(reply);
      const read = endpoint.reply?.safeParse(reply.json) ?? { success: true, data: reply.json };
      if (read.success) {
        if (reply.etag) input.onVersion?.(reply.etag);
        return read.data as ReplyOf<typeof name>;
      }
      throw new AdminError(reply.status, "unexpected_answer", UNREADABLE, reply.requestId);
    },
  };
}

/** All items of a list, page by page, each page asked for when it is needed. @throws AdminError */
export async function* itemsOf<Name extends PagedName>(
  client: AdminClient,
  name: Name,
  input: CallInput<Name> = {},
): AsyncGenerator<ItemOf<Name>> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { ...input.query, ...(cursor === undefined ? {} : { cursor }) };
    const page = await client.call(name, { ...input, query } as CallInput<Name>);
    yield* page.items as ItemOf<Name>[];
    cursor = page.nextCursor;
  }
}

function headersOf(input: { idempotencyKey?: string; ifMatch?: string }): { headers?: Record<string, string> } {
  const { idempotencyKey, ifMatch } = input;
  const headers = {
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
}

function pathOf(
  endpoint: KnownEndpoint,
  params: Record<string, string | number>,
  query: Record<string, unknown>,
): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = params[name];
    // Without it, the path of another endpoint could come out.
    if (value === undefined || value === "")
      throw new TypeError(`The parameter ${name} of ${endpoint.path} is missing.`);
    return encodeURIComponent(String(value));
  });
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `${API_PREFIX}${path}${text === "" ? "" : `?${text}`}`;
}

function toError({ status, json, requestId }: TransportReply): AdminError {
  const { code, message } = saidIn(json) ?? {
    code: "unexpected_answer",
    message: `The gateway answered ${status} without an explanation.`,
  };
  return new AdminError(status, code, message, requestId);
}

/** What an error of the gateway's says, as every one of the admin API does; null of anything else. */
export function saidIn(json: unknown): { code: string; message: string } | null {
  const error: unknown = isObject(json) ? json["error"] : null;
  if (!isObject(error)) return null;
  const { code, message } = error;
  return typeof code === "string" && typeof message === "string" ? { code, message } : null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
