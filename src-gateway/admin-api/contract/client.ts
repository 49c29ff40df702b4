/** The typed client of the admin API: the same in the browser, the desktop shell and the command line. */
import {
  API_PREFIX,
  type BodyOf,
  ENDPOINTS,
  type Endpoint,
  type EndpointName,
  type ParamsOf,
  type QueryOf,
  type ReplyOf,
} from "./endpoints.ts";
import { errorSchema } from "./schemas.ts";

export interface TransportRequest {
  method: string;
  /** With prefix and query. */
  path: string;
  body: unknown;
}

export interface TransportReply {
  status: number;
  json: unknown;
  requestId: string | null;
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
}

export interface AdminClient {
  /** @throws AdminError */
  call<Name extends EndpointName>(name: Name, input?: CallInput<Name>): Promise<ReplyOf<Name>>;
}

const UNREADABLE = "The gateway's answer has not the expected form. Is it of another version?";

export function createAdminClient(transport: Transport): AdminClient {
  return {
    async call(name, input = {}) {
      const endpoint: Endpoint = ENDPOINTS[name];
      const reply = await transport({
        method: endpoint.method,
        path: pathOf(endpoint, input.params ?? {}, input.query ?? {}),
        body: endpoint.method === "GET" ? undefined : (input.body ?? {}),
      });
      if (reply.status < 200 || reply.status > 299) throw toError(reply);
      const read = endpoint.reply.safeParse(reply.json);
      if (read.success) return read.data as ReplyOf<typeof name>;
      throw new AdminError(reply.status, "unexpected_answer", UNREADABLE, reply.requestId);
    },
  };
}

function pathOf(endpoint: Endpoint, params: Record<string, string | number>, query: Record<string, unknown>): string {
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
  const said = errorSchema.safeParse(json);
  return said.success
    ? new AdminError(status, said.data.error.code, said.data.error.message, requestId)
    : new AdminError(status, "unexpected_answer", `The gateway answered ${status} without an explanation.`, requestId);
}
