import type { IncomingMessage, ServerResponse } from "node:http";
import type { Actor, AdminAct } from "../../audit/types.ts";
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
  /**
   * To be called once the change is made, with the state before and after it, without secrets. Who did it is known.
   * @param act null where nothing was changed after all: a dry run.
   * @param actor where it is not the caller: somebody who has just signed in.
   */
  record: (act: AdminAct | null, actor?: Partial<Actor>) => Promise<void>;
  request: IncomingMessage;
  response: ServerResponse;
}

/** One function per endpoint; what it returns is checked against the contract. */
export type Handlers = {
  [Name in EndpointName]: (input: HandlerInput<Name>) => Promise<ReplyOf<Name>> | ReplyOf<Name>;
};
