import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../caller.ts";
import type { BodyOf, EndpointName, QueryOf, ReplyOf } from "../contract/endpoints.ts";
import type { AdminDeps } from "../deps.ts";

export interface HandlerInput<Name extends EndpointName> {
  deps: AdminDeps;
  /** Null on public endpoints. */
  caller: Caller | null;
  params: Record<string, string>;
  query: QueryOf<Name>;
  body: BodyOf<Name>;
  request: IncomingMessage;
  response: ServerResponse;
}

/** One function per endpoint; what it returns is checked against the contract. */
export type Handlers = {
  [Name in EndpointName]: (input: HandlerInput<Name>) => Promise<ReplyOf<Name>> | ReplyOf<Name>;
};
